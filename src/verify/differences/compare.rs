//! Compares each later revision with the signed one, object by object, as the roles of the signed revision allow.

use super::change::{Change, ChangeKind};
use super::permission::Permission;
use super::roles::{Role, Roles};
use super::validation_store::{all_references, holds_streams, is_related, is_related_to_one, is_validation_store};
use crate::pdf::read::{Dict, Document, Location, Object, PdfError, Ref, text_string};
use std::collections::BTreeSet;

/// A signed revision and what came after it.
pub struct Comparison<'d, 'n, 't> {
    now: &'d Document<'n>,
    then: &'d Document<'t>,
    newer: usize,
    permission: &'d Permission,
    roles: Roles,
}

impl<'d, 'n, 't> Comparison<'d, 'n, 't> {
    /// `newer` of the sections of `now` came after `then`.
    pub fn new(now: &'d Document<'n>, then: &'d Document<'t>, newer: usize, permission: &'d Permission) -> Result<Self, PdfError> {
        let sections = now.sections().iter().take(newer);
        let touched: BTreeSet<u32> = sections.flat_map(|section| section.entries.iter().map(|(number, _)| *number)).collect();
        let roles = Roles::read(then, &touched, permission)?;
        Ok(Self { now, then, newer, permission, roles })
    }

    /// Judges each revision as it stood when it was written, the oldest first: what one hides and the next restores is seen.
    pub fn changes(self) -> Result<Vec<Change>, PdfError> {
        let mut changes = Vec::new();
        for age in (0..self.newer).rev() {
            let state = self.now.as_of(age);
            let revision = u32::try_from(self.newer - age).unwrap_or(u32::MAX);
            let written = state.sections().first().map(|section| section.entries.as_slice()).unwrap_or_default();
            let written = written.iter().map(|(number, _)| *number).collect();
            let (found, accounted, before) = (Vec::new(), BTreeSet::new(), state.as_of(1));
            let mut step = Step { all: &self, now: &state, before: &before, revision, written, found, accounted };
            step.judge()?;
            if step.found.is_empty() {
                step.note(ChangeKind::Nothing, true, None);
            }
            changes.append(&mut step.found);
        }
        Ok(changes)
    }
}

/// One later revision.
struct Step<'c, 'd, 'n, 't> {
    all: &'c Comparison<'d, 'n, 't>,
    now: &'c Document<'n>,
    /// The file as it was before this revision.
    before: &'c Document<'n>,
    revision: u32,
    /// The objects that this revision defines.
    written: BTreeSet<u32>,
    found: Vec<Change>,
    /// New objects that an accepted change brought in.
    accounted: BTreeSet<u32>,
}

impl<'n> Step<'_, '_, 'n, '_> {
    fn note(&mut self, kind: ChangeKind, permitted: bool, object: Option<u32>) {
        self.found.push(Change { revision: self.revision, kind, permitted, object });
    }

    fn other(&mut self, number: u32) {
        self.note(ChangeKind::Other, false, Some(number));
    }

    fn judge(&mut self) -> Result<(), PdfError> {
        let (now, then) = (self.now, self.all.then);
        self.judge_trailer()?;
        self.judge_catalog()?;
        let Some(section) = now.sections().first() else { return Ok(()) };
        let mut new = Vec::new();
        for (number, after) in &section.entries {
            let before = then.location(*number);
            match (before, *after) {
                (before, after) if before == after => {}
                (Location::Free, Location::Free) => {}
                (Location::Free, _) if self.all.roles.is_dangling(*number) => self.other(*number),
                (Location::Free, after) => new.push((*number, after)),
                (_, Location::Free) => self.other(*number),
                (before, after) if generation(before) != generation(after) => self.other(*number),
                _ => self.judge_object(*number)?,
            }
        }
        for (_, after) in &new {
            // An object stream is accounted for by what stands in it.
            if let Location::In(stream, _) = after
                && then.is_free(*stream)
            {
                self.accounted.insert(*stream);
            }
        }
        for (number, after) in new {
            let is_section = matches!(after, Location::At(at, _) if at == section.at);
            if !is_section && !self.accounted.contains(&number) {
                self.other(number);
            }
        }
        Ok(())
    }

    fn judge_trailer(&mut self) -> Result<(), PdfError> {
        let (now, then) = (self.now.trailer(), self.all.then.trailer());
        let first_id =
            |trailer: &Dict<'_>| trailer.get(b"ID").as_array().and_then(|id| id.first()).and_then(Object::as_text).map(<[u8]>::to_vec);
        if now.get(b"Root") != then.get(b"Root") || first_id(now) != first_id(then) {
            self.note(ChangeKind::Other, false, None);
        }
        if now.get(b"Info") == then.get(b"Info") {
            return Ok(());
        }
        let info = self.now.dict(now.get(b"Info"))?;
        let plain = info.entries().iter().all(|entry| matches!(entry.value, Object::Text(_) | Object::Name(_)));
        let is_new = then.get(b"Info").is_null() && now.get(b"Info").as_ref().is_some_and(|info| self.all.then.is_free(info.number));
        if plain && is_new {
            self.account(now.get(b"Info"))?;
            self.note(ChangeKind::Metadata, true, None);
        } else {
            self.note(ChangeKind::Other, false, None);
        }
        Ok(())
    }

    /// The catalog, its DSS and its form, wherever these stand.
    fn judge_catalog(&mut self) -> Result<(), PdfError> {
        const FREE: &[&[u8]] = &[b"DSS", b"AcroForm", b"Extensions", b"Version", b"Metadata"];
        let (now, then) = (self.now.catalog()?, self.all.then.catalog()?);
        // What an earlier one of the later revisions appended is its change, and not this one's.
        let before = self.before.catalog()?;
        if !same_but(&then, &now, FREE) {
            self.note(ChangeKind::Other, false, self.now.trailer().get(b"Root").as_ref().map(|root| root.number));
        }
        if now.get(b"Extensions") != then.get(b"Extensions") {
            self.account(now.get(b"Extensions"))?;
            if now.get(b"Extensions") != before.get(b"Extensions") {
                self.note(ChangeKind::ValidationData, matches!(now.get(b"Extensions"), Object::Dict(_)), None);
            }
        }
        if now.get(b"Version") != then.get(b"Version") {
            let (after, before) = (now.get(b"Version").as_name(), then.get(b"Version").as_name());
            self.note(ChangeKind::Metadata, after.is_some_and(|after| before.is_none_or(|before| after > before)), None);
        }
        if now.get(b"Metadata") != then.get(b"Metadata") {
            let is_new = now.get(b"Metadata").as_ref().is_some_and(|metadata| self.all.then.is_free(metadata.number));
            let is_xmp = is_xmp(&self.now.resolve(now.get(b"Metadata"))?);
            self.account(now.get(b"Metadata"))?;
            self.note(if is_new && is_xmp { ChangeKind::Metadata } else { ChangeKind::Other }, is_new && is_xmp, None);
        }
        let is_moved = now.get(b"DSS") != before.get(b"DSS");
        self.judge_store(now.get(b"DSS"), then.get(b"DSS"), is_moved)?;
        self.judge_form(now.get(b"AcroForm"), then.get(b"AcroForm"))
    }

    fn judge_store(&mut self, now: &Object<'n>, then: &Object<'_>, is_moved: bool) -> Result<(), PdfError> {
        if now.is_null() {
            if !then.is_null() {
                self.note(ChangeKind::Other, false, None);
            }
            return Ok(());
        }
        let moved = matches!((now, then), (Object::Ref(now), Object::Ref(then)) if now != then) && !self.is_new(now);
        let store = self.now.dict(now)?;
        if moved || !is_validation_store(&store) || !holds_streams(self.now, &store)? {
            self.note(ChangeKind::Other, false, now.as_ref().map(|store| store.number));
        }
        if self.account(now)? || is_moved {
            self.note(ChangeKind::ValidationData, true, None);
        }
        Ok(())
    }

    fn judge_form(&mut self, now: &Object<'n>, then: &Object<'_>) -> Result<(), PdfError> {
        if now.as_ref() != then.as_ref() {
            self.note(ChangeKind::Other, false, None);
            return Ok(());
        }
        if then.is_null() {
            return Ok(());
        }
        let (now, then) = (self.now.dict(now)?, self.all.then.dict(then)?);
        let flags = now.get(b"SigFlags") == then.get(b"SigFlags") || now.get(b"SigFlags").as_int() == Some(3);
        if !same_but(&then, &now, &[b"Fields", b"SigFlags"]) || !flags {
            self.note(ChangeKind::Other, false, None);
        }
        self.judge_list(then.get(b"Fields"), now.get(b"Fields"), None)
    }

    /// An object that the signed revision has, too.
    fn judge_object(&mut self, number: u32) -> Result<(), PdfError> {
        let (before, after) = (get(self.all.then, number)?, get(self.now, number)?);
        let dicts = both_dicts(&before, &after);
        let Some(role) = self.all.roles.of(number) else {
            // The next cross-reference stream may bear the number of the last one, where nothing refers to it.
            let is_section = |object: &Object<'_>| matches!(object, Object::Stream(stream) if stream.dict.is(b"Type", b"XRef"));
            let unheld = self.all.roles.is_held_by(number, |_| false);
            if before != after && !(is_section(&before) && is_section(&after) && unheld) {
                self.other(number);
            }
            return Ok(());
        };
        let fine = match role {
            // Judged as a whole, whether or not it was written again.
            Role::Catalog => true,
            Role::Form => dicts.is_some(),
            Role::List => {
                self.judge_list(&before, &after, Some(number))?;
                true
            }
            Role::Page => match dicts {
                Some((before, after)) if same_but(before, after, &[b"Annots"]) => {
                    self.judge_list(before.get(b"Annots"), after.get(b"Annots"), Some(number))?;
                    true
                }
                _ => false,
            },
            Role::Store => after.as_dict().is_some_and(is_validation_store) && dicts.is_some(),
            Role::StoreList => matches!((&before, &after), (Object::Array(_), Object::Array(list)) if all_references(list)),
            Role::Related => after.as_dict().is_some_and(is_related) && dicts.is_some(),
            Role::RelatedToOne => after.as_dict().is_some_and(is_related_to_one) && dicts.is_some(),
            Role::Info => {
                self.note(ChangeKind::Metadata, true, Some(number));
                dicts.is_some_and(|(b, a)| same_but(b, a, &[b"ModDate", b"Producer"])) && self.all.roles.is_held_by(number, |by| by == 0)
            }
            Role::Metadata => {
                let catalog = self.all.then.trailer().get(b"Root").as_ref().map(|root| root.number);
                self.note(ChangeKind::Metadata, true, Some(number));
                is_xmp(&before) && is_xmp(&after) && self.all.roles.is_held_by(number, |by| Some(by) == catalog)
            }
            Role::Field(place) => match dicts {
                Some((before, after)) => self.judge_field(number, place, before, after)?,
                None => false,
            },
            Role::OfField(place) => self.judge_part_of_field(number, place, &after)?,
            Role::Annotation | Role::OfAnnotation => {
                self.account(&after)?;
                self.note(ChangeKind::Annotation, self.all.permission.level >= 3, Some(number));
                let parts = |by| matches!(self.all.roles.of(by), Some(Role::Annotation | Role::OfAnnotation));
                match role {
                    Role::Annotation => after.as_dict().is_some_and(is_markup),
                    _ => self.all.roles.is_held_by(number, parts),
                }
            }
            Role::Fixed => before == after,
        };
        if !fine {
            self.other(number);
        }
        Ok(())
    }

    /// A field or widget that was there: filled in, or signed. `false` for what is neither.
    fn judge_field(&mut self, number: u32, place: usize, before: &Dict<'_>, after: &Dict<'n>) -> Result<bool, PdfError> {
        let Some(field) = self.all.roles.fields.get(place) else { return Ok(false) };
        if same_but(before, after, &[]) {
            return Ok(true);
        }
        for key in [b"V".as_slice(), b"AP", b"RV", b"I"] {
            self.account(after.get(key))?;
        }
        let kind = |open, kind| if open { kind } else { ChangeKind::LockedField };
        if !field.is_signature {
            self.note(kind(field.is_open, ChangeKind::FormField), field.is_open, Some(number));
            return Ok(same_but(before, after, &[b"V", b"AP", b"AS", b"RV", b"I", b"M"]));
        }
        if !before.get(b"V").is_null() || !self.is_new(after.get(b"V")) || !same_but(before, after, &[b"V", b"AP", b"F", b"M", b"Type"]) {
            return Ok(false);
        }
        let value = self.now.dict(after.get(b"V"))?;
        if is_time_stamp(&value) {
            let visible = is_visible(after);
            self.note(if visible { ChangeKind::VisibleSignature } else { ChangeKind::TimeStamp }, !visible, Some(number));
        } else {
            self.note(kind(field.is_open, ChangeKind::Signature), field.is_open, Some(number));
        }
        Ok(true)
    }

    /// An appearance, or an indirect value, that belongs to one open field and to nothing else.
    fn judge_part_of_field(&mut self, number: u32, place: usize, after: &Object<'n>) -> Result<bool, PdfError> {
        let Some(field) = self.all.roles.fields.get(place) else { return Ok(false) };
        let held = self.all.roles.is_held_by(number, |by| field.numbers.contains(&by) || field.parts.contains(&by));
        self.account(after)?;
        let kind = if field.is_open { ChangeKind::FormField } else { ChangeKind::LockedField };
        self.note(kind, field.is_open, Some(number));
        Ok(held && !field.is_signature)
    }

    /// A list of fields or annotations: the signed one, and after it what may be added. Where annotating is permitted, others than
    /// widgets may come and go.
    fn judge_list(&mut self, before: &Object<'_>, after: &Object<'n>, holder: Option<u32>) -> Result<(), PdfError> {
        if let (Object::Ref(before), Object::Ref(after)) = (before, after)
            && before != after
        {
            self.note(ChangeKind::Other, false, holder);
            return Ok(());
        }
        if self.is_new(after) {
            self.account_own(after);
        }
        let (Some(before), Some(after)) = (references(self.all.then, before)?, references(self.now, after)?) else {
            self.note(ChangeKind::Other, false, holder);
            return Ok(());
        };
        if let Some(added) = after.strip_prefix(before.as_slice()) {
            for reference in added {
                self.judge_added(*reference)?;
            }
            return Ok(());
        }
        let is_widget = |reference: &Ref| matches!(self.all.roles.of(reference.number), Some(Role::Field(_)));
        let widgets = |list: &[Ref]| list.iter().copied().filter(is_widget).collect::<Vec<_>>();
        if widgets(&before) != widgets(&after) || !before.iter().all(|old| is_widget(old) || self.is_annotation(*old)) {
            self.note(ChangeKind::Other, false, holder);
            return Ok(());
        }
        self.note(ChangeKind::Annotation, self.all.permission.level >= 3, holder);
        let known: BTreeSet<Ref> = before.into_iter().collect();
        for reference in after.into_iter().filter(|reference| !known.contains(reference)) {
            self.judge_added(reference)?;
        }
        Ok(())
    }

    fn is_annotation(&self, reference: Ref) -> bool {
        matches!(self.all.roles.of(reference.number), Some(Role::Annotation))
    }

    /// A new element of a list of fields or annotations.
    fn judge_added(&mut self, reference: Ref) -> Result<(), PdfError> {
        const KEYS: &[&[u8]] = &[
            b"Type", b"Subtype", b"FT", b"T", b"V", b"F", b"P", b"Rect", b"Ff", b"AP", b"TU", b"Lock", b"MK", b"DA", b"BS", b"Border",
            b"Kids", b"Parent",
        ];
        let object = Object::Ref(reference);
        let Object::Dict(dict) = self.now.get(reference)? else {
            self.other(reference.number);
            return Ok(());
        };
        if !self.is_new(&object) {
            self.other(reference.number);
            return Ok(());
        }
        // A widget of its own belongs to a new field; a field of its own has only such widgets.
        let field = if dict.get(b"Parent").is_null() { dict.clone() } else { self.now.dict(dict.get(b"Parent"))? };
        let parent_is_new = dict.get(b"Parent").is_null() || self.is_new(dict.get(b"Parent"));
        let mut visible = is_visible(&dict);
        for kid in self.now.array(field.get(b"Kids"))? {
            let widget = self.now.dict(&kid)?;
            visible |= is_visible(&widget) || !widget.get(b"T").is_null() || !self.is_new(&kid);
        }
        if field.is(b"FT", b"Sig") && parent_is_new {
            let plain = [&dict, &field].iter().all(|dict| dict.entries().iter().all(|entry| KEYS.contains(&&*entry.key)));
            let signed = !field.get(b"V").is_null();
            if !plain || (signed && !self.is_new(field.get(b"V"))) {
                self.other(reference.number);
                return Ok(());
            }
            self.account(&object)?;
            let stamped = signed && is_time_stamp(&self.now.dict(field.get(b"V"))?);
            let kind = match (visible, signed, stamped) {
                (true, _, _) => ChangeKind::VisibleSignature,
                (false, true, true) => ChangeKind::TimeStamp,
                (false, true, false) => ChangeKind::Signature,
                (false, false, _) => ChangeKind::SignatureField,
            };
            let name = field.get(b"T").as_text().map(text_string).unwrap_or_default();
            // What is seen must be a signature that is there: no empty frame, no time-stamp.
            let permitted = match kind {
                ChangeKind::TimeStamp => true,
                ChangeKind::VisibleSignature => signed && !stamped && self.all.permission.allows_field(&name),
                _ => self.all.permission.allows_field(&name),
            };
            self.note(kind, permitted, Some(reference.number));
        } else if is_markup(&dict) {
            self.account(&object)?;
            self.note(ChangeKind::Annotation, self.all.permission.level >= 3, Some(reference.number));
        } else {
            self.other(reference.number);
        }
        Ok(())
    }

    fn is_new(&self, object: &Object<'_>) -> bool {
        object.as_ref().is_some_and(|reference| self.all.then.is_free(reference.number))
    }

    fn account_own(&mut self, object: &Object<'_>) {
        if let Some(reference) = object.as_ref() {
            self.accounted.insert(reference.number);
        }
    }

    /// Everything new that `object` brings in is accounted for. Did this revision write any of it?
    fn account(&mut self, object: &Object<'n>) -> Result<bool, PdfError> {
        let mut any = false;
        let mut waiting = vec![object.clone()];
        let mut walked = BTreeSet::new();
        while let Some(object) = waiting.pop() {
            match &object {
                Object::Ref(reference) if self.all.then.is_free(reference.number) && self.accounted.insert(reference.number) => {
                    any |= self.written.contains(&reference.number);
                    waiting.push(self.now.get(*reference)?);
                }
                // What was signed is judged by its own role; validation data stand below it.
                Object::Ref(reference) if self.is_store(reference.number) && walked.insert(*reference) => {
                    any |= self.written.contains(&reference.number);
                    waiting.push(self.now.get(*reference)?);
                }
                Object::Array(values) => waiting.extend(values.iter().cloned()),
                Object::Dict(_) | Object::Stream(_) => {
                    waiting.extend(object.as_dict().map(Dict::entries).unwrap_or_default().iter().map(|entry| entry.value.clone()));
                }
                _ => {}
            }
        }
        Ok(any)
    }

    fn is_store(&self, number: u32) -> bool {
        matches!(self.all.roles.of(number), Some(Role::Store | Role::StoreList | Role::Related | Role::RelatedToOne))
    }
}

fn generation(location: Location) -> u16 {
    if let Location::At(_, generation) = location { generation } else { 0 }
}

fn get<'x>(document: &Document<'x>, number: u32) -> Result<Object<'x>, PdfError> {
    document.get(Ref { number, generation: generation(document.location(number)) })
}

/// The references of a list; `None` where something else stands in it.
fn references(document: &Document<'_>, list: &Object<'_>) -> Result<Option<Vec<Ref>>, PdfError> {
    let of = |values: &[Object<'_>]| values.iter().map(Object::as_ref).collect::<Option<Vec<_>>>();
    Ok(match list {
        Object::Ref(reference) => match document.get(*reference)? {
            Object::Null => Some(Vec::new()),
            list => list.as_array().and_then(of),
        },
        Object::Null => Some(Vec::new()),
        direct => direct.as_array().and_then(of),
    })
}

/// A comment or a drawing that does nothing: annotations that play, attach or act are no markup.
fn is_markup(annotation: &Dict<'_>) -> bool {
    const KINDS: &[&[u8]] = &[
        b"Text",
        b"FreeText",
        b"Line",
        b"Square",
        b"Circle",
        b"Polygon",
        b"PolyLine",
        b"Highlight",
        b"Underline",
        b"Squiggly",
        b"StrikeOut",
        b"Caret",
        b"Stamp",
        b"Ink",
        b"Popup",
    ];
    let known = annotation.get(b"Subtype").as_name().is_some_and(|kind| KINDS.contains(&kind));
    known && annotation.entry(b"A").is_none() && annotation.entry(b"AA").is_none()
}

fn is_time_stamp(value: &Dict<'_>) -> bool {
    value.is(b"Type", b"DocTimeStamp") && value.is(b"SubFilter", b"ETSI.RFC3161")
}

/// Has the widget an area to draw on? What cannot be read has.
fn is_visible(widget: &Dict<'_>) -> bool {
    let corners: Option<Vec<f64>> = widget.get(b"Rect").as_array().and_then(|rect| rect.iter().map(Object::as_number).collect());
    match corners.as_deref() {
        None => !(widget.get(b"Rect").is_null() && widget.get(b"AP").is_null()),
        Some(&[left, bottom, right, top]) => left != right && bottom != top,
        Some(_) => true,
    }
}

fn is_xmp(object: &Object<'_>) -> bool {
    matches!(object, Object::Stream(stream) if stream.dict.is(b"Type", b"Metadata") && stream.dict.is(b"Subtype", b"XML"))
}

fn both_dicts<'x, 'a, 'b>(before: &'x Object<'a>, after: &'x Object<'b>) -> Option<(&'x Dict<'a>, &'x Dict<'b>)> {
    match (before, after) {
        (Object::Dict(before), Object::Dict(after)) => Some((before, after)),
        _ => None,
    }
}

/// The same keys with the same values, but for the keys in `free`.
fn same_but(before: &Dict<'_>, after: &Dict<'_>, free: &[&[u8]]) -> bool {
    let bound = |key: &[u8]| !free.contains(&key);
    before.entries().iter().filter(|entry| bound(&entry.key)).all(|entry| after.entry(&entry.key).is_some_and(|a| a.value == entry.value))
        && after.entries().iter().filter(|entry| bound(&entry.key)).all(|entry| before.entry(&entry.key).is_some())
}
