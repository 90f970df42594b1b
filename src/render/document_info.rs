//! Title, author and dates of the document, said twice in the same words: in the Info dictionary and in XMP (ISO 16684-1).

use crate::domain::payload::Payload;
use crate::pdf::write::token;
use time::{OffsetDateTime, UtcOffset};

/// Name of the program in both places. Without a version: the same licence must give the same bytes after an update.
const PRODUCER: &str = "elicence";
/// Namespace of our own properties.
const NAMESPACE: &str = "urn:elicence:licence:1#";

/// What both forms say.
pub(crate) struct DocumentInfo<'a> {
    title: String,
    language: &'a str,
    payload: &'a Payload,
    made_at: OffsetDateTime,
}

impl<'a> DocumentInfo<'a> {
    /// `title` is the template's; the licence number is added. Times are written in China's offset.
    pub(crate) fn new(title: &str, language: &'a str, payload: &'a Payload, made_at: OffsetDateTime) -> Self {
        let china = UtcOffset::from_hms(8, 0, 0).ok().and_then(|offset| made_at.checked_to_offset(offset)).unwrap_or(made_at);
        Self { title: format!("{title} {}", payload.number), language, payload, made_at: china }
    }

    /// The moment in China's offset.
    pub(crate) fn made_at(&self) -> OffsetDateTime {
        self.made_at
    }

    /// The body of the Info dictionary.
    pub(crate) fn info(&self) -> Vec<u8> {
        let mut out = b"<</Title".to_vec();
        token::text_string(&mut out, &self.title);
        for (key, value) in [("/Author", &*self.payload.issuer.name), ("/Subject", &*self.payload.identifier)] {
            out.extend_from_slice(key.as_bytes());
            token::text_string(&mut out, value);
        }
        for key in ["/Creator", "/Producer"] {
            out.extend_from_slice(key.as_bytes());
            token::text_string(&mut out, PRODUCER);
        }
        for key in ["/CreationDate", "/ModDate"] {
            out.extend_from_slice(key.as_bytes());
            token::date(&mut out, self.made_at);
        }
        out.extend_from_slice(b">>");
        out
    }

    /// The XMP packet: PDF/A-3b, PDF/UA-1, the same facts as Info, and our own properties with their schema description.
    pub(crate) fn xmp(&self) -> Vec<u8> {
        let payload = self.payload;
        let moment = self.made_at;
        let (hours, minutes, _) = moment.offset().as_hms();
        let when = format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{}{:02}:{:02}",
            moment.year(),
            u8::from(moment.month()),
            moment.day(),
            moment.hour(),
            moment.minute(),
            moment.second(),
            if moment.offset().is_negative() { '-' } else { '+' },
            hours.unsigned_abs(),
            minutes.unsigned_abs()
        );
        let mut out = String::with_capacity(6 * 1024);
        out.push_str(concat!(
            "<?xpacket begin=\"\u{feff}\" id=\"W5M0MpCehiHzreSzNTczkc9d\"?>\n",
            "<x:xmpmeta xmlns:x=\"adobe:ns:meta/\">\n<rdf:RDF xmlns:rdf=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\">\n",
            "<rdf:Description rdf:about=\"\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:xmp=\"http://ns.adobe.com/xap/1.0/\" ",
            "xmlns:pdf=\"http://ns.adobe.com/pdf/1.3/\" xmlns:pdfaid=\"http://www.aiim.org/pdfa/ns/id/\" ",
            "xmlns:pdfuaid=\"http://www.aiim.org/pdfua/ns/id/\" xmlns:elicence=\"urn:elicence:licence:1#\">\n",
            "<pdfaid:part>3</pdfaid:part>\n<pdfaid:conformance>B</pdfaid:conformance>\n<pdfuaid:part>1</pdfuaid:part>\n",
        ));
        element(&mut out, "pdf:Producer", PRODUCER);
        element(&mut out, "xmp:CreatorTool", PRODUCER);
        for property in ["xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate"] {
            element(&mut out, property, &when);
        }
        container(&mut out, "dc:title", "Alt", " xml:lang=\"x-default\"", &self.title);
        container(&mut out, "dc:description", "Alt", " xml:lang=\"x-default\"", &payload.identifier);
        container(&mut out, "dc:creator", "Seq", "", &payload.issuer.name);
        container(&mut out, "dc:language", "Bag", "", self.language);
        let licence_id = payload.licence_id.to_string();
        for (name, _, value) in [
            (OWN[0].0, OWN[0].1, &*payload.identifier),
            (OWN[1].0, OWN[1].1, &*payload.number),
            (OWN[2].0, OWN[2].1, &*payload.licence_type.code),
            (OWN[3].0, OWN[3].1, &*licence_id),
        ] {
            element(&mut out, &format!("elicence:{name}"), value);
        }
        out.push_str("</rdf:Description>\n");
        out.push_str(concat!(
            "<rdf:Description rdf:about=\"\" xmlns:pdfaExtension=\"http://www.aiim.org/pdfa/ns/extension/\" ",
            "xmlns:pdfaSchema=\"http://www.aiim.org/pdfa/ns/schema#\" xmlns:pdfaProperty=\"http://www.aiim.org/pdfa/ns/property#\">\n",
            "<pdfaExtension:schemas><rdf:Bag>\n",
        ));
        let own = OWN.map(|(name, description)| (name, "Text", description));
        schema(
            &mut out,
            "PDF/UA identification",
            "http://www.aiim.org/pdfua/ns/id/",
            "pdfuaid",
            &[("part", "Integer", "part of ISO 14289")],
        );
        schema(&mut out, "Electronic licence", NAMESPACE, "elicence", &own);
        out.push_str("</rdf:Bag></pdfaExtension:schemas>\n</rdf:Description>\n</rdf:RDF>\n</x:xmpmeta>\n<?xpacket end=\"r\"?>");
        out.into_bytes()
    }
}

/// Our own properties and their descriptions.
const OWN: [(&str, &str); 4] = [
    ("identifier", "certificate identifier (GB/T 36904)"),
    ("number", "number of the licence"),
    ("typeCode", "code of the licence type (GB/T 36902)"),
    ("licenceId", "id in the register of the issuing service"),
];

fn element(out: &mut String, name: &str, value: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
    escape(out, value);
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

fn container(out: &mut String, name: &str, kind: &str, attribute: &str, value: &str) {
    for part in ["<", name, "><rdf:", kind, "><rdf:li", attribute, ">"] {
        out.push_str(part);
    }
    escape(out, value);
    for part in ["</rdf:li></rdf:", kind, "></", name, ">\n"] {
        out.push_str(part);
    }
}

fn schema(out: &mut String, name: &str, namespace: &str, prefix: &str, properties: &[(&str, &str, &str)]) {
    out.push_str("<rdf:li rdf:parseType=\"Resource\">\n");
    element(out, "pdfaSchema:schema", name);
    element(out, "pdfaSchema:namespaceURI", namespace);
    element(out, "pdfaSchema:prefix", prefix);
    out.push_str("<pdfaSchema:property><rdf:Seq>\n");
    for (name, kind, description) in properties {
        out.push_str("<rdf:li rdf:parseType=\"Resource\">\n");
        element(out, "pdfaProperty:name", name);
        element(out, "pdfaProperty:valueType", kind);
        element(out, "pdfaProperty:category", "external");
        element(out, "pdfaProperty:description", description);
        out.push_str("</rdf:li>\n");
    }
    out.push_str("</rdf:Seq></pdfaSchema:property>\n</rdf:li>\n");
}

fn escape(out: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            _ => out.push(c),
        }
    }
}
