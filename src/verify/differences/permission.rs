//! What a signer lets others do afterwards: certification (DocMDP), FieldMDP and the Lock of the signature's own field
//! (ISO 32000-2 clauses 12.7.5.5 and 12.8.2).

use crate::pdf::read::{Dict, Document, Object, PdfError, Ref, SignatureField, text_string};

/// What may follow one signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Permission {
    /// 1 nothing but validation data, 2 filling in and signing too, 3 annotating too.
    pub level: i64,
    locks: Vec<Lock>,
}

/// Which fields are locked, by their full names.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Lock {
    All,
    Include(Vec<String>),
    Exclude(Vec<String>),
}

/// Without a certification filling in and signing are what a form is for.
const UNCERTIFIED: i64 = 2;

impl Permission {
    /// Reads what the revision `then` says for the signature `value` in it. What cannot be read locks everything.
    pub fn read(then: &Document<'_>, value: Ref, fields: &[SignatureField<'_>]) -> Self {
        Self::try_read(then, value, fields).unwrap_or(Self { level: 1, locks: vec![Lock::All] })
    }

    fn try_read(then: &Document<'_>, value: Ref, fields: &[SignatureField<'_>]) -> Result<Self, PdfError> {
        let mut permission = Self { level: UNCERTIFIED, locks: Vec::new() };
        let catalog = then.catalog()?;
        if !catalog.get(b"Perms").is_null() {
            let certification = then.dict(catalog.get(b"Perms"))?.get(b"DocMDP").clone();
            if !certification.is_null() {
                let parameters = transforms(then, &then.dict(&certification)?, b"DocMDP")?;
                let given = parameters.first().map(|parameters| level(parameters.get(b"P"))).unwrap_or(1);
                permission.level = given;
            }
        }
        for parameters in transforms(then, &then.dict(&Object::Ref(value))?, b"FieldMDP")? {
            permission.locks.push(Lock::read(then, &parameters)?);
        }
        for field in fields.iter().filter(|field| field.value.as_ref() == Some(value)) {
            if field.dict.get(b"Lock").is_null() {
                continue;
            }
            let lock = then.dict(field.dict.get(b"Lock"))?;
            if !lock.get(b"P").is_null() {
                permission.level = permission.level.min(level(lock.get(b"P")));
            }
            permission.locks.push(Lock::read(then, &lock)?);
        }
        Ok(permission)
    }

    /// May the field with this full name be changed?
    pub fn allows_field(&self, name: &str) -> bool {
        let within =
            |names: &[String]| names.iter().any(|n| name == n || name.strip_prefix(n.as_str()).is_some_and(|rest| rest.starts_with('.')));
        self.level >= 2
            && !self.locks.iter().any(|lock| match lock {
                Lock::All => true,
                Lock::Include(names) => within(names),
                Lock::Exclude(names) => !within(names),
            })
    }
}

impl Lock {
    fn read(then: &Document<'_>, dict: &Dict<'_>) -> Result<Self, PdfError> {
        let mut names = Vec::new();
        for name in then.array(dict.get(b"Fields"))? {
            names.push(then.resolve(&name)?.as_text().map(text_string).unwrap_or_default());
        }
        Ok(match dict.get(b"Action").as_name() {
            Some(b"Include") => Self::Include(names),
            Some(b"Exclude") => Self::Exclude(names),
            _ => Self::All,
        })
    }
}

/// 1 to 3; 2 where none is given, 1 for what is no permission.
fn level(permission: &Object<'_>) -> i64 {
    match permission {
        Object::Null => 2,
        Object::Int(level @ 1..=3) => *level,
        _ => 1,
    }
}

/// The parameters of every transform of one method in a signature dictionary.
fn transforms<'a>(then: &Document<'a>, signature: &Dict<'a>, method: &[u8]) -> Result<Vec<Dict<'a>>, PdfError> {
    let mut found = Vec::new();
    for reference in then.array(signature.get(b"Reference"))? {
        let reference = then.dict(&reference)?;
        if reference.is(b"TransformMethod", method) {
            found.push(match reference.get(b"TransformParams") {
                Object::Null => Dict::default(),
                parameters => then.dict(parameters)?,
            });
        }
    }
    Ok(found)
}
