//! Trusted lists (ETSI TS 119 612) that xmlsec1 signed: taken as they are, refused when a byte, an edition or the form of the signature differs.

use elicence::{
    domain::secret::Secret,
    keys::{encrypted_file::read, example::EXAMPLE_PASSPHRASE, file_key::read_chain},
    verify::{
        TrustUse,
        trust_list::{TrustList, TrustListError},
    },
};
use std::{fs, path::PathBuf, process::Command};
use time::macros::datetime;

const GRANTED: &str = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/granted";
const WITHDRAWN: &str = "http://uri.etsi.org/TrstSvc/TrustedList/Svcstatus/withdrawn";
const CA: &str = "http://uri.etsi.org/TrstSvc/Svctype/CA/QC";
const TSA: &str = "http://uri.etsi.org/TrstSvc/Svctype/TSA/QTST";

fn example(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("keys-example").join(name)
}

fn certificate(name: &str) -> Vec<u8> {
    read_chain(&example(name)).unwrap().remove(0)
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// `<tsl:TSPService>`; `history` are earlier statuses.
fn service(kind: &str, certificate: &[u8], status: &str, since: &str, extra: &str, history: &[(&str, &str)]) -> String {
    let entry = |element: &str, status: &str, since: &str, identity: &str| {
        format!(
            "<tsl:{element}><tsl:ServiceTypeIdentifier>{kind}</tsl:ServiceTypeIdentifier><tsl:ServiceName><tsl:Name xml:lang=\"en\">A &amp; B</tsl:Name>\
             <tsl:Name xml:lang=\"zh\">服务</tsl:Name></tsl:ServiceName>{identity}<tsl:ServiceStatus>{status}</tsl:ServiceStatus>\
             <tsl:StatusStartingTime>{since}</tsl:StatusStartingTime>{extra}</tsl:{element}>"
        )
    };
    let identity = format!(
        "<tsl:ServiceDigitalIdentity><tsl:DigitalId>\n<tsl:X509Certificate>{}</tsl:X509Certificate></tsl:DigitalId></tsl:ServiceDigitalIdentity>",
        base64(certificate)
    );
    let history: String = history.iter().map(|(status, since)| entry("ServiceHistoryInstance", status, since, "")).collect();
    format!(
        "<tsl:TSPService>{}<tsl:ServiceHistory>{history}</tsl:ServiceHistory></tsl:TSPService>",
        entry("ServiceInformation", status, since, &identity)
    )
}

/// A reference whose digest xmlsec1 fills in.
fn reference(uri: &str, transforms: &[&str]) -> String {
    let transforms: String = transforms.iter().map(|name| format!("<ds:Transform Algorithm=\"{name}\"/>")).collect();
    format!(
        "<ds:Reference URI=\"{uri}\"><ds:Transforms>{transforms}</ds:Transforms>\
         <ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><ds:DigestValue/></ds:Reference>"
    )
}

const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

fn signature(method: &str, references: &str) -> String {
    format!(
        "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\" Id=\"sig\"><ds:SignedInfo>\
         <ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"/><ds:SignatureMethod Algorithm=\"{method}\"/>{references}</ds:SignedInfo>\
         <ds:SignatureValue/><ds:Object><xades:QualifyingProperties xmlns:xades=\"http://uri.etsi.org/01903/v1.3.2#\" Target=\"#sig\">\
         <xades:SignedProperties Id=\"props\"><xades:SignedSignatureProperties><xades:SigningTime>2026-11-01T00:00:00Z</xades:SigningTime>\
         </xades:SignedSignatureProperties></xades:SignedProperties></xades:QualifyingProperties></ds:Object></ds:Signature>"
    )
}

fn usual_signature(method: &str) -> String {
    signature(method, &(reference("", &[ENVELOPED, EXCLUSIVE]) + &reference("#props", &[EXCLUSIVE])))
}

fn list(services: &str, signature: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- 列表 -->\n<tsl:TrustServiceStatusList xmlns:tsl=\"http://uri.etsi.org/02231/v2#\" \
         xmlns=\"urn:unused\" TSLTag=\"http://uri.etsi.org/19612/TSLTag\" Id=\"list\">\n<tsl:SchemeInformation>\
         <tsl:TSLVersionIdentifier>6</tsl:TSLVersionIdentifier><tsl:TSLSequenceNumber>42</tsl:TSLSequenceNumber>\
         <tsl:SchemeTerritory>CN</tsl:SchemeTerritory><tsl:ListIssueDateTime>2026-11-01T00:00:00Z</tsl:ListIssueDateTime>\
         <tsl:NextUpdate><tsl:dateTime>2027-05-01T00:00:00Z</tsl:dateTime></tsl:NextUpdate></tsl:SchemeInformation>\
         <tsl:TrustServiceProviderList><tsl:TrustServiceProvider><tsl:TSPInformation><tsl:TSPName><tsl:Name xml:lang=\"zh\">某市认证中心</tsl:Name>\
         </tsl:TSPName></tsl:TSPInformation><tsl:TSPServices>{services}</tsl:TSPServices></tsl:TrustServiceProvider></tsl:TrustServiceProviderList>\
         {signature}\n</tsl:TrustServiceStatusList>\n"
    )
}

fn services() -> String {
    let seals = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForeSeals";
    let sites = "http://uri.etsi.org/TrstSvc/TrustedList/SvcInfoExt/ForWebSiteAuthentication";
    let extension = |uri: &str| {
        format!(
            "<tsl:ServiceInformationExtensions><tsl:Extension Critical=\"true\"><tsl:AdditionalServiceInformation><tsl:URI xml:lang=\"en\">{uri}</tsl:URI>\
             </tsl:AdditionalServiceInformation></tsl:Extension></tsl:ServiceInformationExtensions>"
        )
    };
    let history = [(GRANTED, "2020-01-01T00:00:00Z"), (WITHDRAWN, "2022-01-01T00:00:00Z")];
    [
        service(CA, &certificate("issuing-ca.pem"), GRANTED, "2024-01-01T00:00:00Z", &extension(seals), &history),
        service(TSA, &certificate("time-stamp.chain.pem"), WITHDRAWN, "2026-01-01T00:00:00Z", "", &[(GRANTED, "2025-01-01T00:00:00Z")]),
        service(CA, &certificate("unknown-root.pem"), GRANTED, "2024-01-01T00:00:00Z", &extension(sites), &[]),
        service(
            "http://uri.etsi.org/TrstSvc/Svctype/Certstatus/OCSP/QC",
            &certificate("root.pem"),
            GRANTED,
            "2024-01-01T00:00:00Z",
            "",
            &[],
        ),
        service(CA, b"no certificate", GRANTED, "2024-01-01T00:00:00Z", "", &[]),
    ]
    .concat()
}

/// Lets xmlsec1 fill in digests and signature with an example key.
fn sign(template: &str, key: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let clear = read(&example(&format!("{key}.key.pem")), &Secret::new(EXAMPLE_PASSPHRASE.to_owned())).unwrap();
    fs::write(path("key"), clear.to_pem("PRIVATE KEY", pkcs8::LineEnding::LF).unwrap().as_bytes()).unwrap();
    fs::write(path("in.xml"), template).unwrap();
    let out = Command::new("xmlsec1")
        .args([
            "--sign",
            "--id-attr:Id",
            "SignedProperties",
            "--id-attr:Id",
            "TrustServiceStatusList",
            "--id-attr:Id",
            "X",
            "--privkey-pem",
        ])
        .args([path("key"), "--output".into(), path("out.xml"), path("in.xml")])
        .output()
        .expect("xmlsec1 is there: tests/run installs it");
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    fs::read_to_string(path("out.xml")).unwrap()
}

const RSA: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512";
const ECDSA: &str = "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256";

fn signed() -> String {
    sign(&list(&services(), &usual_signature(ECDSA)), "seal")
}

fn take(xml: &str, signer: &str) -> Result<TrustList, TrustListError> {
    TrustList::read(xml.as_bytes(), &[certificate("root.pem"), certificate(&format!("{signer}.chain.pem"))])
}

#[test]
fn services_become_anchors_with_scope_and_dates() {
    let list = take(&signed(), "seal").unwrap();
    assert_eq!((list.territory.as_str(), list.sequence, list.unusable), ("CN", 42, 1));
    assert_eq!((list.services.len(), list.services[0].provider.as_str(), list.services[0].name.as_str()), (3, "某市认证中心", "服务"));
    let trusted = |name: &str, what, at| list.anchors().any(|anchor| anchor.der() == certificate(name) && anchor.trusts(what, at));
    for (at, granted) in [
        (datetime!(2019-12-31 23:59:59 UTC), false),
        (datetime!(2020-01-01 00:00 UTC), true),
        (datetime!(2021-12-31 23:59:59 UTC), true),
        (datetime!(2022-01-01 00:00 UTC), false),
        (datetime!(2024-01-01 00:00 UTC), true),
        (datetime!(2030-01-01 00:00 UTC), true),
    ] {
        assert_eq!(trusted("issuing-ca.pem", TrustUse::Seal, at), granted, "{at}");
        assert!(!trusted("issuing-ca.pem", TrustUse::TimeStamp, at) && !trusted("issuing-ca.pem", TrustUse::Qr, at));
    }
    assert!(trusted("time-stamp.chain.pem", TrustUse::TimeStamp, datetime!(2025-06-01 00:00 UTC)));
    assert!(!trusted("time-stamp.chain.pem", TrustUse::TimeStamp, datetime!(2026-06-01 00:00 UTC)));
    // certificates of web sites are not for seals
    assert!(!trusted("unknown-root.pem", TrustUse::Seal, datetime!(2026-01-01 00:00 UTC)));
}

#[test]
fn xmlsec1_signs_what_we_take_with_rsa_and_ecdsa() {
    for (key, method) in [
        ("seal", ECDSA),
        ("seal-p384", "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
        ("seal-rsa3072", "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
        ("seal-rsa3072", RSA),
    ] {
        let xml = sign(&list(&services(), &usual_signature(method)), key);
        take(&xml, key).unwrap_or_else(|error| panic!("{key}: {error}"));
        let stranger = if key == "seal" { "seal-p384" } else { "seal" };
        assert_eq!(take(&xml, stranger).unwrap_err(), TrustListError::Signature("no configured certificate signed it"));
    }
    // the root may be referenced by its identifier
    let references = reference("#list", &[ENVELOPED, EXCLUSIVE]) + &reference("#props", &[EXCLUSIVE]);
    take(&sign(&list(&services(), &signature(ECDSA, &references)), "seal"), "seal").unwrap();
}

#[test]
fn whoever_changes_a_list_is_seen() {
    let xml = signed();
    for (from, to) in [
        ("<tsl:TSLSequenceNumber>42", "<tsl:TSLSequenceNumber>43"),
        ("某市认证中心", "某市认证中山"),
        ("2022-01-01T00:00:00Z", "2029-01-01T00:00:00Z"),
        ("TSLTag=", "TslTag="),
        ("<xades:SigningTime>2026", "<xades:SigningTime>2025"),
        ("</tsl:TSPServices>", " </tsl:TSPServices>"),
    ] {
        let changed = xml.replacen(from, to, 1);
        assert_ne!(changed, xml);
        assert!(matches!(take(&changed, "seal"), Err(TrustListError::Signature("a digest differs: the list was changed"))), "{from}");
    }
    let other_value = xml.replacen("<ds:SignatureValue>", "<ds:SignatureValue>AAAA", 1);
    assert!(matches!(take(&other_value, "seal"), Err(TrustListError::Signature(_) | TrustListError::Form(_))));
    assert_eq!(TrustList::read(xml.as_bytes(), &[]).unwrap_err(), TrustListError::NoSigner);
    // what canonical XML does not see may differ
    let same = xml.replacen("<!-- 列表 -->", "<!-- 另一个 -->", 1).replacen("TSLTag=\"", "TSLTag =  \"", 1);
    take(&same, "seal").unwrap();
}

#[test]
fn strange_forms_are_refused() {
    let services = &services();
    let form = |template: String, key: &str| take(&sign(&template, key), key).unwrap_err();
    let whole = reference("", &[ENVELOPED, EXCLUSIVE]);
    for (references, why) in [
        (reference("#props", &[EXCLUSIVE]), "no whole list"),
        (whole.clone(), "signed properties that are not signed"),
        (whole.clone() + &whole + &reference("#props", &[EXCLUSIVE]), "the list twice"),
        (reference("", &[ENVELOPED]) + &reference("#props", &[EXCLUSIVE]), "no canonicalisation"),
        (reference("", &[ENVELOPED, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"]) + &reference("#props", &[EXCLUSIVE]), "inclusive"),
        (reference("", &[ENVELOPED, EXCLUSIVE]) + &reference("#props", &["http://www.w3.org/TR/2001/REC-xml-c14n-20010315"]), "inclusive"),
    ] {
        let refused = form(list(services, &signature(ECDSA, &references)), "seal");
        assert!(matches!(refused, TrustListError::Form(_)), "{why}: {refused}");
    }
    let sha1 = usual_signature("http://www.w3.org/2000/09/xmldsig#rsa-sha1");
    assert!(matches!(take(&list(services, &sha1), "seal"), Err(TrustListError::Form(_) | TrustListError::Signature(_))));

    let xml = signed();
    let text = |from: &str, to: &str| take(&xml.replacen(from, to, 1), "seal").unwrap_err();
    let whole_signature = &xml[xml.find("<ds:Signature ").unwrap()..xml.find("</ds:Signature>").unwrap() + "</ds:Signature>".len()];
    assert!(matches!(text(whole_signature, ""), TrustListError::Signature("it has no signature")));
    assert!(matches!(text(whole_signature, &whole_signature.repeat(2)), TrustListError::Form(_)));
    // wrapping: the signed list is moved into another one
    let inner = xml.split_once("-->\n").unwrap().1;
    let wrapped = format!("<tsl:TrustServiceStatusList xmlns:tsl=\"http://uri.etsi.org/02231/v2#\">{inner}</tsl:TrustServiceStatusList>");
    assert!(matches!(take(&wrapped, "seal"), Err(TrustListError::Form(_))));
    assert!(matches!(text("<tsl:SchemeInformation>", "<tsl:SchemeInformation Id=\"props\">"), TrustListError::Form(_)));
    assert!(matches!(text("URI=\"#props\"", "URI=\"http://example.com/\""), TrustListError::Form(_)));
}

#[test]
fn hostile_xml_is_refused_at_once() {
    let xml = signed();
    let bomb = "<!DOCTYPE a [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>";
    let outside = "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>";
    for document_type in [bomb, outside] {
        let with = xml.replacen("<!-- 列表 -->", document_type, 1);
        assert!(matches!(take(&with, "seal"), Err(TrustListError::NotXml(_))), "{document_type}");
    }
    for declared in ["encoding=\"GBK\"", "encoding='ISO-8859-1'"] {
        assert!(matches!(take(&xml.replacen("encoding=\"UTF-8\"", declared, 1), "seal"), Err(TrustListError::NotXml(_))));
    }
    assert!(matches!(TrustList::read(b"\xff\xfe<\0a\0", &[certificate("root.pem")]), Err(TrustListError::NotXml(_))));
    assert!(matches!(take("<a/>", "seal"), Err(TrustListError::NotAList(_))));
    let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
    assert!(take(&deep, "seal").is_err());
    assert!(matches!(TrustList::read(&vec![b' '; (32 << 20) + 1], &[]), Err(TrustListError::TooLong)));
}

#[test]
fn old_editions_and_late_ones_are_refused() {
    let list = take(&signed(), "seal").unwrap();
    let now = datetime!(2026-11-22 00:00 UTC);
    for seen in [None, Some(41), Some(42)] {
        list.check_edition(now, seen).unwrap();
    }
    assert_eq!(list.check_edition(now, Some(43)), Err(TrustListError::RolledBack { seen: 43, found: 42 }));
    assert!(matches!(list.check_edition(datetime!(2027-05-01 00:00:01 UTC), None), Err(TrustListError::Stale(_))));
    assert!(matches!(list.check_edition(datetime!(2026-10-31 00:00 UTC), None), Err(TrustListError::NotYet(_))));
}
