//! Where each object is, in the newest revision and in every earlier one.

use super::cross_reference::{Location, Section};
use super::error::PdfError;
use std::collections::BTreeMap;

/// The sections of a document, merged. An age counts sections from the newest, which has the age 0.
pub struct Index {
    newest: Vec<(usize, Location)>,
    /// Definitions that a newer one replaced, the newer first.
    replaced: BTreeMap<u32, Vec<(usize, Location)>>,
}

const UNDEFINED: (usize, Location) = (usize::MAX, Location::Free);

impl Index {
    /// Merges sections, newest first. A number that one section defines twice is an error.
    pub fn merge(sections: &[Section<'_>]) -> Result<Self, PdfError> {
        let highest = sections.iter().flat_map(|section| section.entries.iter()).map(|(number, _)| *number).max().unwrap_or(0);
        let mut newest = vec![UNDEFINED; highest as usize + 1];
        let mut replaced: BTreeMap<u32, Vec<(usize, Location)>> = BTreeMap::new();
        for (age, section) in sections.iter().enumerate() {
            for (number, location) in &section.entries {
                let Some(slot) = newest.get_mut(*number as usize) else { continue };
                if *slot == UNDEFINED {
                    *slot = (age, *location);
                    continue;
                }
                let older = replaced.entry(*number).or_default();
                if older.last().unwrap_or(slot).0 == age {
                    return Err(PdfError::CrossReference { at: section.at, problem: "it defines one object twice" });
                }
                older.push((age, *location));
            }
        }
        Ok(Self { newest, replaced })
    }

    /// One more than the highest number.
    pub fn highest(&self) -> u32 {
        u32::try_from(self.newest.len()).unwrap_or(u32::MAX)
    }

    /// Where an object is when the sections younger than `age` are left out.
    pub fn location(&self, number: u32, age: usize) -> Location {
        match self.newest.get(number as usize) {
            None => Location::Free,
            Some((by, location)) if *by >= age => *location,
            Some(_) => {
                let older = self.replaced.get(&number).and_then(|older| older.iter().find(|(by, _)| *by >= age));
                older.map_or(Location::Free, |(_, location)| *location)
            }
        }
    }
}
