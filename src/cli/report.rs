//! A verification report for people, on the terminal.

use crate::cli::exit::{Exit, Failure};
use crate::cli::print;
use crate::domain::verdict::{QrVerdict, Reason, Report, ReportKind, Verdict};

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
        let part = |name: &str, value: &Option<String>| value.as_ref().map(|value| format!("  {name}: {value}"));
        let parts = [
            part("签章 signer", &signature.signer),
            part("算法 algorithm", &signature.algorithm),
            part("级别 level", &signature.level),
            part("时间（声明） claimed time", &signature.signed_at),
        ];
        for line in parts.into_iter().flatten() {
            print::line(&line)?;
        }
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

/// The report about something that cannot be judged at all.
pub fn unreadable(kind: ReportKind, code: &str, message: &str) -> Report {
    let reasons = vec![Reason { code: code.into(), message: message.into() }];
    Report { kind, verdict: Verdict::Indeterminate, reasons, signatures: Vec::new(), qr: None, status: None, licence: None }
}
