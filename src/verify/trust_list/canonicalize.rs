//! Exclusive XML canonicalisation without comments (W3C xml-exc-c14n, 18 July 2002), of a whole document or of one element.

use crate::verify::trust_list::TrustListError;
use roxmltree::{Node, NodeId, NodeType};
use std::collections::{BTreeMap, BTreeSet};

/// Elements inside each other at most.
const DEEPEST: usize = 100;

/// Canonical bytes of `node`, which is the document or an element, without the element `left_out` (the enveloped signature).
/// `source` is the text that was parsed: the tree does not keep prefixes.
pub fn canonicalize(source: &str, node: Node<'_, '_>, left_out: Option<NodeId>) -> Result<String, TrustListError> {
    let mut writer = Writer { source, left_out, out: String::with_capacity(node.range().len()) };
    if node.is_root() {
        let mut before_root = true;
        for child in node.children() {
            match child.node_type() {
                NodeType::Element => {
                    writer.element(child, &BTreeMap::new(), 0)?;
                    before_root = false;
                }
                NodeType::PI if before_root => {
                    writer.instruction(child);
                    writer.out.push('\n');
                }
                NodeType::PI => {
                    writer.out.push('\n');
                    writer.instruction(child);
                }
                NodeType::Root | NodeType::Comment | NodeType::Text => {}
            }
        }
    } else {
        writer.element(node, &BTreeMap::new(), 0)?;
    }
    Ok(writer.out)
}

struct Writer<'s> {
    source: &'s str,
    left_out: Option<NodeId>,
    out: String,
}

/// Namespaces that the elements above have written, by prefix; "" is the default one.
type Written<'a> = BTreeMap<&'a str, &'a str>;

impl<'s> Writer<'s> {
    fn element<'a>(&mut self, node: Node<'a, '_>, above: &Written<'a>, depth: usize) -> Result<(), TrustListError>
    where
        's: 'a,
    {
        if Some(node.id()) == self.left_out {
            return Ok(());
        }
        if depth > DEEPEST {
            return Err(TrustListError::Form("elements are nested too deeply"));
        }
        let name = name_at(self.source, node.range().start + 1);
        let mut attributes = Vec::new();
        for attribute in node.attributes() {
            let written = self.source.get(attribute.range_qname()).ok_or(TrustListError::Form("an attribute's name is too long"))?;
            attributes.push((attribute.namespace().unwrap_or_default(), attribute.name(), written, attribute.value()));
        }
        // by namespace, then local name; those without a namespace first
        attributes.sort_unstable();

        let mut used: BTreeSet<&str> = attributes.iter().filter_map(|(_, _, written, _)| prefix(written)).collect();
        used.insert(prefix(name).unwrap_or_default());
        let mut written = above.clone();
        self.out.push('<');
        self.out.push_str(name);
        for used in used {
            if used == "xml" {
                continue;
            }
            let uri = node.namespaces().find(|found| found.name().unwrap_or_default() == used).map_or("", |found| found.uri());
            if written.get(used).copied().unwrap_or_default() != uri {
                self.out.push_str(" xmlns");
                if !used.is_empty() {
                    self.out.push(':');
                    self.out.push_str(used);
                }
                self.value(uri);
                written.insert(used, uri);
            }
        }
        for (_, _, name, value) in attributes {
            self.out.push(' ');
            self.out.push_str(name);
            self.value(value);
        }
        self.out.push('>');
        for child in node.children() {
            match child.node_type() {
                NodeType::Element => self.element(child, &written, depth + 1)?,
                NodeType::Text => self.text(child.text().unwrap_or_default()),
                NodeType::PI => self.instruction(child),
                NodeType::Root | NodeType::Comment => {}
            }
        }
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
        Ok(())
    }

    /// `="value"` as canonical XML escapes it.
    fn value(&mut self, value: &str) {
        self.out.push_str("=\"");
        for c in value.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '"' => self.out.push_str("&quot;"),
                '\t' => self.out.push_str("&#x9;"),
                '\n' => self.out.push_str("&#xA;"),
                '\r' => self.out.push_str("&#xD;"),
                other => self.out.push(other),
            }
        }
        self.out.push('"');
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '\r' => self.out.push_str("&#xD;"),
                other => self.out.push(other),
            }
        }
    }

    fn instruction(&mut self, node: Node<'_, '_>) {
        let Some(instruction) = node.pi() else { return };
        self.out.push_str("<?");
        self.out.push_str(instruction.target);
        if let Some(value) = instruction.value.filter(|value| !value.is_empty()) {
            self.out.push(' ');
            self.out.push_str(value);
        }
        self.out.push_str("?>");
    }
}

/// The name that begins at `from`, with its prefix.
fn name_at(source: &str, from: usize) -> &str {
    let rest = source.get(from..).unwrap_or_default();
    let end = rest.find(|c: char| c.is_ascii_whitespace() || c == '>' || c == '/').unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

fn prefix(name: &str) -> Option<&str> {
    name.split_once(':').map(|(prefix, _)| prefix)
}

#[cfg(test)]
mod tests {
    use super::*;
    use roxmltree::Document;

    fn canonical(xml: &str) -> String {
        let document = Document::parse(xml).unwrap();
        canonicalize(xml, document.root(), None).unwrap()
    }

    #[test]
    fn the_rules_one_by_one() {
        for (xml, expected) in [
            ("<?xml version='1.0'?>\n<?p q?>\n<a/>\n<!-- c --><?r?>\n", "<?p q?>\n<a></a>\n<?r?>"),
            ("<a   z = 'ü'  b=\"2\"/>", "<a b=\"2\" z=\"ü\"></a>"),
            // only what is visibly used, where it is used first; sorted by prefix, attributes by namespace
            (
                "<x:a xmlns:x='u:x' xmlns:y='u:y' xmlns='u:d'><b y:c='1' c='2' x:d='3'/></x:a>",
                "<x:a xmlns:x=\"u:x\"><b xmlns=\"u:d\" xmlns:y=\"u:y\" c=\"2\" x:d=\"3\" y:c=\"1\"></b></x:a>",
            ),
            ("<a xmlns='u'><b xmlns=''/><c/></a>", "<a xmlns=\"u\"><b xmlns=\"\"></b><c></c></a>"),
            (
                "<p:a xmlns:p='u'><p:b xmlns:p='v'/><p:c xmlns:p='u'/></p:a>",
                "<p:a xmlns:p=\"u\"><p:b xmlns:p=\"v\"></p:b><p:c></p:c></p:a>",
            ),
            ("<a xml:lang='zh'>\r\n<![CDATA[<&>]]>&#13;<!-- gone -->&amp;</a>", "<a xml:lang=\"zh\">\n&lt;&amp;&gt;&#xD;&amp;</a>"),
            ("<a b='&#9;&#10;&#13; &lt;&quot;&apos;&gt;'/>", "<a b=\"&#x9;&#xA;&#xD; &lt;&quot;'>\"></a>"),
        ] {
            assert_eq!(canonical(xml), expected, "{xml}");
        }
    }

    #[test]
    fn an_element_alone_brings_its_namespaces_and_one_may_be_left_out() {
        let xml = "<a xmlns='u' xmlns:p='v'><b p:c='1'><d/><e/></b></a>";
        let document = Document::parse(xml).unwrap();
        let find = |name| document.descendants().find(|node| node.has_tag_name(("u", name))).unwrap();
        let alone = canonicalize(xml, find("b"), Some(find("d").id())).unwrap();
        assert_eq!(alone, "<b xmlns=\"u\" xmlns:p=\"v\" p:c=\"1\"><e></e></b>");
    }

    #[test]
    fn deep_nesting_is_refused() {
        let xml = "<a>".repeat(200) + &"</a>".repeat(200);
        let document = Document::parse(&xml).unwrap();
        assert!(canonicalize(&xml, document.root(), None).is_err());
    }
}
