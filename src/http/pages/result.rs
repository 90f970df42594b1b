//! `POST /verify`: the answer about an uploaded file as a page: yes or no, why, and what to do next.

use crate::domain::licence::LicenceState;
use crate::domain::verdict::{
    CertificateStatus, ChangesAfter, EvidenceReport, LicenceReport, Report, SignatureReport, TimeStampReport, Verdict,
};
use crate::http::body;
use crate::http::pages::page::{escape, page};
use crate::http::problem::Problem;
use crate::http::state::Server;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::Response;
use std::sync::Arc;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use time::macros::{format_description, offset};

const TITLE: &str = "核验结果 Result";

/// Checks the uploaded file and shows the answer.
pub async fn show(State(server): State<Arc<Server>>, request: Request) -> Response {
    match check(&server, request).await {
        Ok(report) => page(StatusCode::OK, TITLE, "", &report_html(&report)),
        Err(problem) => page(problem.status, TITLE, "", &problem_html(&problem)),
    }
}

async fn check(server: &Server, request: Request) -> Result<Report, Problem> {
    let document = body::read_document(request, server.settings.verify_bytes).await?;
    if document.is_empty() {
        return Err(Problem::bad_body("没有选择文件 no file was chosen"));
    }
    Ok(server.services.verify_document(document, None).await?)
}

/// How a verdict looks and sounds.
struct Face {
    tone: &'static str,
    sign: &'static str,
    zh: &'static str,
    en: &'static str,
}

fn face_of(verdict: Verdict) -> Face {
    match verdict {
        Verdict::Valid => Face { tone: "yes", sign: "✓", zh: "真实有效", en: "Genuine and valid" },
        Verdict::Invalid => Face { tone: "no", sign: "✗", zh: "无效，请勿采用", en: "Not valid: do not accept it" },
        Verdict::Indeterminate => Face { tone: "maybe", sign: "?", zh: "无法判定", en: "Cannot be decided here" },
    }
}

/// What a clerk or a citizen should do now.
fn next_step(report: &Report) -> (&'static str, &'static str) {
    let has = |code: &str| report.reasons.iter().any(|reason| reason.code == code);
    match report.verdict {
        Verdict::Valid => (
            "可以采用。请核对下列信息与办理事项、持证人一致。",
            "It may be used. Make sure that the lines below fit the matter and the holder.",
        ),
        Verdict::Invalid if has("LICENCE_EXPIRED") => {
            ("请持证人到颁发机构办理延续或换发。", "The holder should ask the issuing authority for a renewal.")
        }
        Verdict::Invalid if has("SUPERSEDED") => ("请持证人出示最新版本。", "Ask the holder for the latest version."),
        Verdict::Invalid if has("REVOKED") || has("SUSPENDED") => {
            ("请勿采用，并向颁发机构了解原因。", "Do not accept it; the issuing authority can say why.")
        }
        Verdict::Invalid => (
            "请勿采用。请持证人重新下载证照原件；如有疑问请联系颁发机构。",
            "Do not accept it. Ask the holder to download the original again; in doubt ask the issuing authority.",
        ),
        Verdict::Indeterminate => (
            "不要据此采用或拒绝。请联系颁发机构，或到窗口核验。",
            "Neither accept nor refuse it on this answer: ask the issuing authority, or at a counter.",
        ),
    }
}

fn report_html(report: &Report) -> String {
    let (zh, en) = next_step(report);
    let reasons: String =
        report.reasons.iter().map(|reason| format!("<li>{} <code>{}</code></li>", escape(&reason.message), escape(&reason.code))).collect();
    let reasons = if reasons.is_empty() { String::new() } else { format!("<ul>{reasons}</ul>") };
    let mut html =
        verdict_html(&face_of(report.verdict), &format!("{reasons}<div class=\"next\"><p>{zh}</p><p lang=\"en\">{en}</p></div>"));
    // What a file says of itself is shown only under a seal that holds: a forger's words do not belong on this page.
    let sealed = report.signatures.first().is_some_and(|signature| signature.indication == "TOTAL-PASSED");
    if let Some(licence) = report.licence.as_ref().filter(|_| sealed) {
        html += &licence_html(licence, report);
    }
    if !report.signatures.is_empty() {
        html += &signatures_html(&report.signatures);
    }
    html + AGAIN
}

fn problem_html(problem: &Problem) -> String {
    let face = Face { tone: "maybe", sign: "!", zh: "没有完成核验", en: "Not checked" };
    let detail = problem.details().map(|detail| format!("<p>{}</p>", escape(detail))).unwrap_or_default();
    verdict_html(&face, &format!("<p>{}</p>{detail}", escape(problem.title()))) + AGAIN
}

const AGAIN: &str = "<p><a class=\"button\" href=\"/\">核验另一份 Check another</a></p>";

fn verdict_html(face: &Face, body: &str) -> String {
    let Face { tone, sign, zh, en } = face;
    format!(
        "<section class=\"card verdict {tone}\" role=\"status\"><div class=\"sign\" aria-hidden=\"true\">{sign}</div>\
         <div><h1>{zh}</h1><p lang=\"en\">{en}</p>{body}</div></section>"
    )
}

fn licence_html(licence: &LicenceReport, report: &Report) -> String {
    let status = report.status.as_ref().map(|status| format!("{}（{}）", state_in_words(&status.state), in_china(&status.as_of)));
    let rows = [
        ("证照名称", "Licence", licence.type_name.as_deref()),
        ("证照编号", "Number", Some(licence.number.as_str())),
        ("持证主体", "Holder", licence.holder.as_deref()),
        ("颁发机构", "Issuer", licence.issuer.as_deref()),
        ("颁发日期", "Issued", licence.issued_on.as_deref()),
        ("有效期至", "Valid until", licence.valid_until.as_deref()),
        ("证照标识", "Identifier", licence.identifier.as_deref()),
        ("登记状态", "Register", status.as_deref()),
    ];
    format!("<section class=\"card\"><h2>证照信息 <span lang=\"en\">What the licence says</span></h2>{}</section>", rows_html(&rows))
}

fn state_in_words(state: &str) -> &str {
    match LicenceState::from_word(state) {
        Some(LicenceState::Active) => "有效 in force",
        Some(LicenceState::Suspended) => "已暂扣 suspended",
        Some(LicenceState::Restricted) => "限制使用 restricted",
        Some(LicenceState::Lost) => "已挂失 reported lost",
        Some(LicenceState::Superseded) => "已换发 replaced",
        Some(LicenceState::Revoked) => "已撤销 revoked",
        Some(LicenceState::Cancelled) => "已注销 cancelled",
        Some(LicenceState::Minting | LicenceState::Void) | None => state,
    }
}

/// A moment (RFC 3339) as people in China read it; text that is no moment stays as it is.
fn in_china(moment: &str) -> String {
    let shown = OffsetDateTime::parse(moment, &Rfc3339)
        .ok()
        .and_then(|at| at.to_offset(offset!(+8)).format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second]")).ok());
    shown.map_or_else(|| moment.to_owned(), |shown| format!("{shown} 北京时间"))
}

fn signatures_html(signatures: &[SignatureReport]) -> String {
    let mut html = String::from("<details class=\"card\"><summary>签章信息 <span lang=\"en\">&nbsp;Signatures</span></summary>");
    for signature in signatures {
        let changes = match signature.changes_after {
            ChangesAfter::None => "无 none",
            ChangesAfter::Ltv => "仅验证数据 validation data only",
            ChangesAfter::Permitted => "签署人允许的改动 as its signer permits",
            ChangesAfter::Other => "有改动 modified",
        };
        let proven = signature.best_signature_time.as_deref().map(in_china);
        let stamps: Vec<_> = signature.time_stamps.iter().map(stamp_in_words).collect();
        let states: Vec<_> = signature.evidence.iter().map(evidence_in_words).collect();
        let text = |lines: &[String]| (!lines.is_empty()).then(|| lines.join("；"));
        html += &rows_html(&[
            ("签章单位", "Signer", signature.signer.as_deref()),
            ("算法", "Algorithm", signature.algorithm.as_deref()),
            ("级别", "Level", signature.level.as_deref()),
            ("不晚于（时间戳证明）", "Sealed no later than, proven", proven.as_deref()),
            ("时间戳", "Time-stamps", text(&stamps).as_deref()),
            ("证书状态", "Revocation", text(&states).as_deref()),
            ("签章时间（声明）", "Claimed time", signature.signed_at.as_deref().map(in_china).as_deref()),
            ("结论", "Indication", Some(&signature.indication)),
            ("原因", "Sub-indication", signature.sub_indication.as_deref()),
            ("签章后改动", "Changes after", Some(changes)),
        ]);
    }
    html + "</details>"
}

fn stamp_in_words(stamp: &TimeStampReport) -> String {
    let authority = stamp.authority.as_deref().unwrap_or("?");
    let time = stamp.gen_time.as_deref().map_or_else(|| "?".to_owned(), in_china);
    format!("{authority} {time} {}", stamp.sub_indication.as_ref().unwrap_or(&stamp.indication))
}

fn evidence_in_words(evidence: &EvidenceReport) -> String {
    let status = match evidence.status {
        CertificateStatus::Good => "未吊销 good",
        CertificateStatus::Revoked => "已吊销 revoked",
    };
    let since = evidence.revoked_at.as_deref().map(in_china).unwrap_or_default();
    format!("{} {status} {since}", evidence.certificate)
}

fn rows_html(rows: &[(&str, &str, Option<&str>)]) -> String {
    let row = |(zh, en, value): &(&str, &str, Option<&str>)| {
        value.map(|value| format!("<div><dt>{zh} <span lang=\"en\">{en}</span></dt><dd>{}</dd></div>", escape(value)))
    };
    format!("<dl>{}</dl>", rows.iter().filter_map(row).collect::<String>())
}
