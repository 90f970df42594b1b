//! The life of a licence (证照生命周期): every transition, and the one door from state to state.

use crate::domain::licence::LicenceState;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

macro_rules! transitions {
    ($($(#[$doc:meta])* $name:ident = $word:literal, $zh:literal;)*) => {
        /// What can happen to a licence in the register.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        #[serde(rename_all = "kebab-case")]
        pub enum Transition { $($(#[$doc])* $name,)* }

        impl Transition {
            /// All of them.
            pub const ALL: &'static [Transition] = &[$(Transition::$name,)*];

            /// The word that is stored and sent.
            pub fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }

            /// Reads [`Self::as_str`].
            pub fn from_word(word: &str) -> Option<Self> { match word { $($word => Some(Self::$name),)* _ => None } }

            /// The Chinese word.
            pub fn zh(self) -> &'static str { match self { $(Self::$name => $zh,)* } }
        }
    };
}

transitions! {
    /// The mint is done: the licence comes into force.
    Release = "release", "签发";
    /// The mint was given up.
    Void = "void", "作废";
    /// The authority suspends it.
    Suspend = "suspend", "暂扣";
    /// The suspension ends.
    Resume = "resume", "恢复";
    /// Its use is restricted, e.g. by a court.
    Restrict = "restrict", "限制使用";
    /// The restriction ends.
    Lift = "lift", "解除限制";
    /// The holder reports it lost.
    ReportLoss = "report-loss", "挂失";
    /// It was found again.
    Find = "find", "解除挂失";
    /// A public note is added.
    Annotate = "annotate", "加注";
    /// The result of an annual inspection is recorded.
    Inspect = "inspect", "年检";
    /// Another version with other facts replaces it.
    Change = "change", "变更";
    /// Another version with later dates replaces it.
    Renew = "renew", "延续";
    /// Another version with the same content replaces it, e.g. after a loss.
    Reissue = "reissue", "补发";
    /// It should not have been granted.
    Annul = "annul", "撤销";
    /// It is taken away for what the holder did.
    Revoke = "revoke", "吊销";
    /// It ends at the holder's request or by law.
    Cancel = "cancel", "注销";
    /// An ended licence goes to the archive; its files are kept.
    Archive = "archive", "归档";
}

/// A transition that the state does not allow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a licence that is {} cannot {}", .from.as_str(), .transition.as_str())]
pub struct IllegalTransition {
    /// The state it is in.
    pub from: LicenceState,
    /// What was tried.
    pub transition: Transition,
}

impl Transition {
    /// Does it need a reason (理由)? What the service does by itself needs none.
    pub fn needs_reason(self) -> bool {
        !matches!(self, Self::Release | Self::Void)
    }

    /// Does a new version of the licence come into force with it?
    pub fn makes_version(self) -> bool {
        matches!(self, Self::Change | Self::Renew | Self::Reissue)
    }
}

impl LicenceState {
    /// The state after `transition`: the only door between states. Annotations, inspections and archiving lead to the same state.
    ///
    /// A suspension may turn into a restriction and the reverse, so that ending one never silently ends the other. An ended licence
    /// has no way back. Expiry is no state, so a licence that has expired is first cancelled (注销) and then archived.
    pub fn after(self, transition: Transition) -> Result<Self, IllegalTransition> {
        use Transition as T;
        let to = match self {
            Self::Minting => match transition {
                T::Release => Some(Self::Active),
                T::Void => Some(Self::Void),
                T::Suspend | T::Resume | T::Restrict | T::Lift | T::ReportLoss | T::Find | T::Annotate | T::Inspect => None,
                T::Change | T::Renew | T::Reissue | T::Annul | T::Revoke | T::Cancel | T::Archive => None,
            },
            Self::Active => match transition {
                T::Suspend => Some(Self::Suspended),
                T::Restrict => Some(Self::Restricted),
                T::ReportLoss => Some(Self::Lost),
                T::Annotate | T::Inspect => Some(self),
                T::Change | T::Renew | T::Reissue => Some(Self::Superseded),
                T::Annul | T::Revoke => Some(Self::Revoked),
                T::Cancel => Some(Self::Cancelled),
                T::Release | T::Void | T::Resume | T::Lift | T::Find | T::Archive => None,
            },
            Self::Suspended => match transition {
                T::Resume => Some(Self::Active),
                T::Restrict => Some(Self::Restricted),
                T::Annotate | T::Inspect => Some(self),
                T::Annul | T::Revoke => Some(Self::Revoked),
                T::Cancel => Some(Self::Cancelled),
                T::Release | T::Void | T::Suspend | T::Lift | T::ReportLoss | T::Find => None,
                T::Change | T::Renew | T::Reissue | T::Archive => None,
            },
            Self::Restricted => match transition {
                T::Lift => Some(Self::Active),
                T::Suspend => Some(Self::Suspended),
                T::Annotate | T::Inspect => Some(self),
                T::Annul | T::Revoke => Some(Self::Revoked),
                T::Cancel => Some(Self::Cancelled),
                T::Release | T::Void | T::Resume | T::Restrict | T::ReportLoss | T::Find => None,
                T::Change | T::Renew | T::Reissue | T::Archive => None,
            },
            Self::Lost => match transition {
                T::Find => Some(Self::Active),
                T::Suspend => Some(Self::Suspended),
                T::Restrict => Some(Self::Restricted),
                T::Annotate => Some(self),
                T::Reissue => Some(Self::Superseded),
                T::Annul | T::Revoke => Some(Self::Revoked),
                T::Cancel => Some(Self::Cancelled),
                T::Release | T::Void | T::Resume | T::Lift | T::ReportLoss | T::Inspect => None,
                T::Change | T::Renew | T::Archive => None,
            },
            Self::Superseded | Self::Revoked | Self::Cancelled => (transition == T::Archive).then_some(self),
            Self::Void => None,
        };
        to.ok_or(IllegalTransition { from: self, transition })
    }

    /// Has it ended for good (已终止)? Its document is kept all the same.
    pub fn has_ended(self) -> bool {
        match self {
            Self::Superseded | Self::Revoked | Self::Cancelled | Self::Void => true,
            Self::Minting | Self::Active | Self::Suspended | Self::Restricted | Self::Lost => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn the_whole_table_of_states_and_transitions() {
        // Written out once more by hand, as sentences a clerk would say.
        let allowed: &[(&str, &[(&str, &str)])] = &[
            ("minting", &[("release", "active"), ("void", "void")]),
            ("void", &[]),
            (
                "active",
                &[
                    ("suspend", "suspended"),
                    ("restrict", "restricted"),
                    ("report-loss", "lost"),
                    ("annotate", "active"),
                    ("inspect", "active"),
                    ("change", "superseded"),
                    ("renew", "superseded"),
                    ("reissue", "superseded"),
                    ("annul", "revoked"),
                    ("revoke", "revoked"),
                    ("cancel", "cancelled"),
                ],
            ),
            (
                "suspended",
                &[
                    ("resume", "active"),
                    ("restrict", "restricted"),
                    ("annotate", "suspended"),
                    ("inspect", "suspended"),
                    ("annul", "revoked"),
                    ("revoke", "revoked"),
                    ("cancel", "cancelled"),
                ],
            ),
            (
                "restricted",
                &[
                    ("lift", "active"),
                    ("suspend", "suspended"),
                    ("annotate", "restricted"),
                    ("inspect", "restricted"),
                    ("annul", "revoked"),
                    ("revoke", "revoked"),
                    ("cancel", "cancelled"),
                ],
            ),
            (
                "lost",
                &[
                    ("find", "active"),
                    ("suspend", "suspended"),
                    ("restrict", "restricted"),
                    ("annotate", "lost"),
                    ("reissue", "superseded"),
                    ("annul", "revoked"),
                    ("revoke", "revoked"),
                    ("cancel", "cancelled"),
                ],
            ),
            ("superseded", &[("archive", "superseded")]),
            ("revoked", &[("archive", "revoked")]),
            ("cancelled", &[("archive", "cancelled")]),
        ];
        assert_eq!(allowed.len(), LicenceState::ALL.len());
        for (from, ways) in allowed {
            let from = LicenceState::from_word(from).unwrap();
            for transition in Transition::ALL {
                let to = ways.iter().find(|(word, _)| *word == transition.as_str()).map(|(_, to)| LicenceState::from_word(to).unwrap());
                assert_eq!(from.after(*transition).ok(), to, "{} {}", from.as_str(), transition.as_str());
            }
        }
    }

    #[test]
    fn no_way_leads_back_from_an_end_and_every_state_can_be_reached() {
        let (mut reached, mut open) = (BTreeSet::from(["minting"]), vec![LicenceState::Minting]);
        while let Some(from) = open.pop() {
            for transition in Transition::ALL {
                let Ok(to) = from.after(*transition) else { continue };
                assert!(!from.has_ended() || to == from, "{} has ended and became {}", from.as_str(), to.as_str());
                // What is not in force never comes back by a step that is not its own opposite.
                if to == LicenceState::Active && from != to {
                    let opposite = [Transition::Release, Transition::Resume, Transition::Lift, Transition::Find];
                    assert!(opposite.contains(transition), "{}", transition.as_str());
                }
                if reached.insert(to.as_str()) {
                    open.push(to);
                }
            }
        }
        assert_eq!(reached.len(), LicenceState::ALL.len());
    }

    #[test]
    fn words_read_back() {
        for transition in Transition::ALL {
            assert_eq!(Transition::from_word(transition.as_str()), Some(*transition));
            assert_eq!(serde_json::to_value(transition).unwrap(), transition.as_str());
        }
        assert_eq!(Transition::from_word("resurrect"), None);
    }
}
