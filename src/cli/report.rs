//! A verification report for people, on the terminal.

use crate::cli::exit::{Exit, Failure};
use crate::cli::print;
use crate::domain::verdict::{
    CertificateStatus, EvidenceKind, QrVerdict, Reason, Report, ReportKind, SignatureReport, TimeStampKind, Verdict,
};

/// The exit code that a report means. A QR token is judged by its own verdict.
pub fn exit_of(report: &Report) -> Exit {
    match (report.kind, &report.qr) {
        (ReportKind::Qr, Some(qr)) => match qr.verdict {
            QrVerdict::Valid | QrVerdict::ValidAsOf => Exit::Ok,
            QrVerdict::UnknownIssuer | QrVerdict::StaleVerifier => Exit::Indeterminate,
            QrVerdict::NotYet
            | QrVerdict::Expired
            | QrVerdict::Suspended
            | QrVerdict::Revoked
            | QrVerdict::Superseded
            | QrVerdict::Tampered
            | QrVerdict::NotForYou => Exit::No,
        },
        (ReportKind::Qr, None) | (ReportKind::File, _) => match report.verdict {
            Verdict::Valid => Exit::Ok,
            Verdict::Invalid => Exit::No,
            Verdict::Indeterminate => Exit::Indeterminate,
        },
    }
}

/// Prints the report in Chinese and English.
pub fn print_report(report: &Report) -> Result<(), Failure> {
    print::line(match report.verdict {
        Verdict::Valid => "✓ 有效 valid",
        Verdict::Invalid => "✗ 无效 invalid",
        Verdict::Indeterminate => "? 无法判定 indeterminate",
    })?;
    for reason in &report.reasons {
        print::line(&format!("  - {} [{}]", reason.message, reason.code))?;
    }
    for signature in &report.signatures {
        signature_lines(signature).iter().try_for_each(|line| print::line(line))?;
    }
    if let Some(licence) = &report.licence {
        let named = licence.type_name.as_deref().unwrap_or(&licence.type_code);
        print::line(&format!("  证照 licence: {named} {}", licence.number))?;
    }
    if let Some(status) = &report.status {
        print::line(&format!("  登记 register: {} ({}, {})", status.state, status.source, status.as_of))?;
    }
    Ok(())
}

fn signature_lines(signature: &SignatureReport) -> Vec<String> {
    let part = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("  {name}: {value}"));
    let proven = signature.best_signature_time.as_ref().map(|time| {
        let by =
            signature.time_stamps.iter().find(|stamp| stamp.gen_time.as_ref() == Some(time)).and_then(|stamp| stamp.authority.as_ref());
        let by = by.map(|authority| format!("，由时间戳证明 proven by time-stamp of {authority}")).unwrap_or_default();
        format!("  盖章不晚于 sealed no later than: {time}{by}")
    });
    let claimed = if proven.is_some() {
        "时间（声明） claimed time"
    } else {
        "时间（仅声明，无时间戳证明） claimed time, not proven"
    };
    let mut lines: Vec<String> = [
        part("签章 signer", &signature.signer),
        part("算法 algorithm", &signature.algorithm),
        part("级别 level", &signature.level),
        proven,
        part(claimed, &signature.signed_at),
    ]
    .into_iter()
    .flatten()
    .collect();
    for stamp in &signature.time_stamps {
        let kind = match stamp.kind {
            TimeStampKind::Content => "内容时间戳 content time-stamp",
            TimeStampKind::Signature => "签名时间戳 signature time-stamp",
            TimeStampKind::Document => "文档时间戳 document time-stamp",
        };
        let why = stamp.sub_indication.as_ref().map(|code| format!(" [{code}]")).unwrap_or_default();
        let (time, authority) = (stamp.gen_time.as_deref().unwrap_or("?"), stamp.authority.as_deref().unwrap_or("?"));
        lines.push(format!("  {kind}: {time} {authority} {}{why}", stamp.indication));
    }
    for evidence in &signature.evidence {
        let status = match (evidence.status, &evidence.revoked_at) {
            (CertificateStatus::Good, _) => "未吊销 good".to_owned(),
            (CertificateStatus::Revoked, at) => format!("已吊销 revoked {}", at.as_deref().unwrap_or_default()),
        };
        let kind = match evidence.kind {
            EvidenceKind::Crl => "CRL",
            EvidenceKind::Ocsp => "OCSP",
        };
        lines.push(format!("  吊销状态 revocation: {} {status} ({kind}, {})", evidence.certificate, evidence.this_update));
    }
    for change in &signature.changes {
        lines.push(format!("  改动 change: {} [{}]", change.message, change.kind));
    }
    lines
}

/// The report about something that cannot be judged at all.
pub fn unreadable(kind: ReportKind, code: &str, message: &str) -> Report {
    let reasons = vec![Reason { code: code.into(), message: message.into() }];
    Report { kind, verdict: Verdict::Indeterminate, reasons, signatures: Vec::new(), qr: None, status: None, licence: None }
}
