//! Reads the scheme and the granted services of a trusted list whose signature was checked.

use crate::verify::{
    evidence::{Anchor, TrustUse},
    trust_list::{TSL, TrustListError, TrustedService, scope_of},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use roxmltree::Node;
use time::{Duration, OffsetDateTime, format_description::well_known::Rfc3339};

const GRANTED: &str = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted";
/// Issues certificates of people and organisations; whether for seals, an extension says.
const CA_QC: &str = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
const TSA_QTST: &str = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST";
const FOR_SEALS: [&str; 2] =
    ["http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals", "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSignatures"];
const FOR_WEBSITES: &str = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication";
/// Expired certificates, statuses and the like of a service at most.
const MOST_PERIODS: usize = 64;

/// What the list says of itself.
pub struct Scheme {
    pub territory: String,
    pub sequence: u64,
    pub issued_at: OffsetDateTime,
    pub next_update: Option<OffsetDateTime>,
}

pub fn read_scheme(root: Node<'_, '_>) -> Result<Scheme, TrustListError> {
    let information = child(root, "SchemeInformation").ok_or(TrustListError::NotAList("SchemeInformation is missing"))?;
    let text = |name| child(information, name).map(text_of);
    if !matches!(text("TSLVersionIdentifier").as_deref(), Some("5" | "6")) {
        return Err(TrustListError::NotAList("its version is neither 5 nor 6"));
    }
    let next_update = child(information, "NextUpdate").ok_or(TrustListError::NotAList("NextUpdate is missing"))?;
    let next_update = child(next_update, "dateTime").map(|due| moment(due, "NextUpdate is no time")).transpose()?;
    let issued_at = child(information, "ListIssueDateTime").ok_or(TrustListError::NotAList("ListIssueDateTime is missing"))?;
    Ok(Scheme {
        territory: text("SchemeTerritory").filter(|text| !text.is_empty()).ok_or(TrustListError::NotAList("SchemeTerritory is missing"))?,
        sequence: text("TSLSequenceNumber")
            .and_then(|text| text.parse().ok())
            .ok_or(TrustListError::NotAList("TSLSequenceNumber is no number"))?,
        issued_at: moment(issued_at, "ListIssueDateTime is no time")?,
        next_update,
    })
}

/// The granted services, and how many have no usable certificate.
pub fn read_services(root: Node<'_, '_>) -> Result<(Vec<TrustedService>, usize), TrustListError> {
    let (mut services, mut unusable) = (vec![], 0);
    let providers = children(root, "TrustServiceProviderList").flat_map(|list| children(list, "TrustServiceProvider"));
    for provider in providers {
        let name = child(provider, "TSPInformation").and_then(|information| child(information, "TSPName")).map(name_of).unwrap_or_default();
        for service in children(provider, "TSPServices").flat_map(|list| children(list, "TSPService")) {
            let information = child(service, "ServiceInformation").ok_or(TrustListError::NotAList("ServiceInformation is missing"))?;
            let Some(what) = use_of(information) else { continue };
            let periods = granted_periods(service, information, what)?;
            for certificate in certificates(information) {
                match Anchor::from_der(&certificate) {
                    Ok(anchor) => services.extend(periods.iter().map(|(from, until)| TrustedService {
                        provider: name.clone(),
                        name: child(information, "ServiceName").map(name_of).unwrap_or_default(),
                        what,
                        anchor: anchor.clone().limited(scope_of(what), Some(*from), *until),
                    })),
                    Err(_) => unusable += usize::from(!periods.is_empty()),
                }
            }
        }
    }
    Ok((services, unusable))
}

/// What a service is for; `None` for one that neither seals nor time-stamps rest on.
fn use_of(information: Node<'_, '_>) -> Option<TrustUse> {
    match text_of(child(information, "ServiceTypeIdentifier")?).as_str() {
        TSA_QTST => Some(TrustUse::TimeStamp),
        CA_QC => {
            let uris: Vec<_> = information.descendants().filter(|node| node.has_tag_name((TSL, "URI"))).map(text_of).collect();
            let says = |wanted: &str| uris.iter().any(|uri| uri == wanted);
            let only_websites = says(FOR_WEBSITES) && !FOR_SEALS.iter().any(|uri| says(uri));
            (!only_websites).then_some(TrustUse::Seal)
        }
        _ => None,
    }
}

/// A time of being granted: first moment, and last one, which may be open.
type Period = (OffsetDateTime, Option<OffsetDateTime>);

/// The times in which the service was granted, by its present status and its history.
fn granted_periods(service: Node<'_, '_>, information: Node<'_, '_>, what: TrustUse) -> Result<Vec<Period>, TrustListError> {
    let history = children(service, "ServiceHistory").flat_map(|history| children(history, "ServiceHistoryInstance"));
    let mut statuses = vec![];
    for entry in std::iter::once(information).chain(history) {
        let begins = child(entry, "StatusStartingTime").ok_or(TrustListError::NotAList("StatusStartingTime is missing"))?;
        let status = child(entry, "ServiceStatus").map(text_of).ok_or(TrustListError::NotAList("ServiceStatus is missing"))?;
        // what a service was before it became this kind of service counts as not granted
        let granted = status == GRANTED && use_of(entry) == Some(what);
        statuses.push((moment(begins, "StatusStartingTime is no time")?, granted));
        if statuses.len() > MOST_PERIODS {
            return Err(TrustListError::NotAList("a service has too long a history"));
        }
    }
    statuses.sort_by_key(|(begins, _)| *begins);
    let ends = statuses.iter().skip(1).map(|(begins, _)| Some(*begins - Duration::SECOND)).chain([None]);
    Ok(statuses.iter().zip(ends).filter(|((_, granted), _)| *granted).map(|((begins, _), ends)| (*begins, ends)).collect())
}

fn certificates(information: Node<'_, '_>) -> Vec<Vec<u8>> {
    let identity = child(information, "ServiceDigitalIdentity");
    let written = identity.into_iter().flat_map(|identity| children(identity, "DigitalId")).filter_map(|id| child(id, "X509Certificate"));
    // one that is no base64 is no certificate either: it is counted where it is read
    written.map(|node| STANDARD.decode(text_of(node).split_ascii_whitespace().collect::<String>()).unwrap_or_default()).collect()
}

/// The Chinese name, else the English, else the first.
fn name_of(names: Node<'_, '_>) -> String {
    let language = |wanted: &str| {
        let is = |node: &Node<'_, '_>| {
            node.attributes().any(|a| a.name() == "lang" && a.value().get(..2).is_some_and(|found| found.eq_ignore_ascii_case(wanted)))
        };
        children(names, "Name").find(is)
    };
    language("zh").or_else(|| language("en")).or_else(|| child(names, "Name")).map(text_of).unwrap_or_default()
}

fn moment(node: Node<'_, '_>, problem: &'static str) -> Result<OffsetDateTime, TrustListError> {
    OffsetDateTime::parse(&text_of(node), &Rfc3339).map_err(|_| TrustListError::NotAList(problem))
}

fn children<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> impl Iterator<Item = Node<'a, 'i>> {
    node.children().filter(move |child| child.has_tag_name((TSL, name)))
}

fn child<'a, 'i>(node: Node<'a, 'i>, name: &'static str) -> Option<Node<'a, 'i>> {
    children(node, name).next()
}

/// All text below, without surrounding space: a comment divides nothing.
fn text_of(node: Node<'_, '_>) -> String {
    let text: String = node.children().filter(Node::is_text).filter_map(|text| text.text()).collect();
    text.trim().to_owned()
}
