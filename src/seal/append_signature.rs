//! Appends one signature with a gap: its dictionary, its field and picture, and what the form, the page and the catalog need.

use crate::{
    domain::digest::Digest,
    pdf::{
        read::{Dict, Document, Ref},
        unsealed::SealAppearance,
        update::Update,
        write::{object::dict_with, token},
    },
    seal::{
        SealError,
        gap::Gapped,
        picture::picture,
        root::{Root, annotate},
        signature_dictionary::SignatureDictionary,
    },
};
use std::ops::Range;

/// A signature field to be written, merged with its widget annotation.
pub(super) struct NewSignature<'s, 'a> {
    /// /T.
    pub name: &'s str,
    /// /TU.
    pub tooltip: &'s str,
    /// Its page.
    pub page: Ref,
    /// The empty field of the document that is taken over: entries that are not ours to set stay.
    pub old: Option<(Ref, Dict<'a>)>,
    /// `[llx lly urx ury]`, zeros when invisible.
    pub rect: [f64; 4],
    /// The picture.
    pub picture: Option<&'s SealAppearance>,
    /// Value of /StructParent.
    pub struct_parent: Option<i64>,
    /// The dictionary that /V refers to.
    pub dictionary: SignatureDictionary,
    /// Does it certify the document?
    pub certifies: bool,
}

/// What goes behind the document, and where the gap is.
pub(super) struct Appendix {
    tail: Vec<u8>,
    gap: Range<usize>,
    range_at: usize,
}

impl Appendix {
    /// Puts it behind `document`, the one it was made for.
    pub fn onto(self, mut document: Vec<u8>) -> Gapped {
        document.extend_from_slice(&self.tail);
        Gapped::new(document, self.gap, self.range_at)
    }
}

impl NewSignature<'_, '_> {
    /// Writes the update; `change` makes the second half of /ID.
    pub fn append(self, document: &Document<'_>, change: &Digest) -> Result<Appendix, SealError> {
        let mut update = Update::of(document, self.dictionary.body.len() + 8192)?;
        let widget = match &self.old {
            Some((reference, _)) => *reference,
            None => update.allocate()?,
        };
        let signature = update.allocate()?;
        let mut first_picture = None;
        if let Some(appearance) = self.picture {
            let numbers = appearance.objects.iter().map(|_| update.allocate()).collect::<Result<Vec<_>, _>>()?;
            first_picture = numbers.first().copied();
            for (reference, body) in numbers.iter().zip(picture(appearance, first_picture.map_or(0, |first| first.number))) {
                update.object(*reference, &body);
            }
        }
        update.object(widget, &self.widget(signature, first_picture));
        annotate(document, &mut update, self.page, widget)?;
        let mut root = Root::of(document)?;
        root.add_field(&mut update, widget)?;
        root.name_extension()?;
        if self.certifies {
            root.set(b"Perms", format!("<</DocMDP {} 0 R>>", signature.number).into_bytes());
        }
        root.write(&mut update);
        let body_at = update.object(signature, &self.dictionary.body);
        let gap_at = body_at + self.dictionary.gap_at;
        let tail = update.finish(&change.0)?;
        Ok(Appendix { tail, gap: gap_at..gap_at + self.dictionary.gap_length, range_at: body_at + self.dictionary.range_at })
    }

    fn widget(&self, signature: Ref, picture: Option<Ref>) -> Vec<u8> {
        let written = |write: &dyn Fn(&mut Vec<u8>)| {
            let mut out = Vec::new();
            write(&mut out);
            out
        };
        let name = written(&|out| token::text_string(out, self.name));
        let tooltip = written(&|out| token::text_string(out, self.tooltip));
        let page = format!("{} {} R", self.page.number, self.page.generation).into_bytes();
        let rect = written(&|out| {
            out.push(b'[');
            token::numbers(out, &self.rect);
            out.push(b']');
        });
        let value = format!("{} 0 R", signature.number).into_bytes();
        let appearance = picture.map(|picture| format!("<</N {} 0 R>>", picture.number).into_bytes());
        let struct_parent = self.struct_parent.map(|key| key.to_string().into_bytes());
        // /F 132: printed and locked
        let mut set: Vec<(&[u8], &[u8])> = vec![
            (b"Type", b"/Annot"),
            (b"Subtype", b"/Widget"),
            (b"FT", b"/Sig"),
            (b"T", &name),
            (b"TU", &tooltip),
            (b"F", b"132"),
            (b"P", &page),
            (b"Rect", &rect),
            (b"V", &value),
        ];
        set.extend(appearance.as_deref().map(|value| (&b"AP"[..], value)));
        set.extend(struct_parent.as_deref().map(|value| (&b"StructParent"[..], value)));
        match &self.old {
            Some((_, old)) => dict_with(old, &set),
            None => dict_with(&Dict::default(), &set),
        }
    }
}
