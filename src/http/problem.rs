//! Refusals as answers: problem documents (RFC 9457), from one exhaustive map.

use crate::domain::face::FieldProblem;
use crate::domain::row_report::RowReport;
use crate::services::Refusal;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

/// A refusal on its way out.
#[derive(Debug)]
pub struct Problem {
    /// HTTP status.
    pub status: StatusCode,
    code: &'static str,
    title: String,
    detail: Option<String>,
    errors: Vec<FieldProblem>,
    retry_after: Option<u64>,
}

/// A problem document, `application/problem+json`.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Problem")]
pub struct ProblemDocument {
    /// `urn:elicence:problem:` and the code.
    #[serde(rename = "type")]
    kind: String,
    /// What happened and what to do next, in Chinese and English.
    title: String,
    /// HTTP status, repeated.
    status: u16,
    /// Machine code, e.g. `BAD_FIELDS`.
    code: String,
    /// More of what to do next.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
    /// What is wrong in which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    errors: Vec<FieldProblem>,
}

impl Problem {
    /// A problem with a status, a machine code and a title in both languages.
    pub fn new(status: StatusCode, code: &'static str, title: &str) -> Self {
        Self { status, code, title: title.into(), detail: None, errors: Vec::new(), retry_after: None }
    }

    /// What happened, for a page.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// More of what to do next, for a page.
    pub fn details(&self) -> Option<&str> {
        self.detail.as_deref()
    }

    /// Adds what to do next.
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    /// Adds how long to wait.
    pub fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after = Some(seconds);
        self
    }

    /// The body is longer than allowed.
    pub fn too_large(limit: usize) -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "TOO_LARGE", "内容过大 The body is too large").detail(format!("at most {limit} bytes"))
    }

    /// The body is not what the route reads.
    pub fn bad_body(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "BAD_REQUEST", "请求格式不正确 The request cannot be read").detail(detail)
    }

    /// No API key, or one that is not known.
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED", "需要有效的接口密钥 A valid API key is needed")
            .detail("send the header `Authorization: Bearer elk_…`")
    }

    /// Nobody can tell now who asks.
    pub fn away() -> Self {
        Self::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "UNAVAILABLE",
            "系统暂时不可用，请稍后重试。 The service is not available now; try again later.",
        )
        .retry_after(2)
    }

    /// A fault of ours.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "系统内部错误 An internal error")
            .detail("the operator finds it in the log by the request id")
    }

    /// No such thing, or none that this caller may see.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "NOT_FOUND", "未找到 Not found")
    }
}

/// The one map of refusals to statuses.
fn status_of(refusal: &Refusal) -> StatusCode {
    match refusal {
        Refusal::Forbidden(_) | Refusal::OwnRights | Refusal::NotYourOrganisation | Refusal::NotYourType => StatusCode::FORBIDDEN,
        Refusal::NotFound => StatusCode::NOT_FOUND,
        // applications and the catalogue
        Refusal::OwnRequest | Refusal::NotGranted => StatusCode::FORBIDDEN,
        Refusal::NoEntry => StatusCode::NOT_FOUND,
        Refusal::WrongStep(_) | Refusal::Outdated { .. } | Refusal::EntryExists | Refusal::EntryCancelled => StatusCode::CONFLICT,
        Refusal::BadProposal(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::BadPage(_) => StatusCode::BAD_REQUEST,
        Refusal::BadFeed(_) => StatusCode::BAD_GATEWAY,
        Refusal::Erased => StatusCode::GONE,
        // tables and searches
        Refusal::BadTable(_) | Refusal::BadRows { .. } | Refusal::LongQuery(_) => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::NoImport => StatusCode::CONFLICT,
        Refusal::BadKey => StatusCode::BAD_REQUEST,
        Refusal::NumberTaken | Refusal::NotDead | Refusal::InProgress { .. } | Refusal::Voided | Refusal::WrongState(_) => {
            StatusCode::CONFLICT
        }
        Refusal::ReviewRequired => StatusCode::FORBIDDEN,
        Refusal::ChangedMeanwhile(_) => StatusCode::CONFLICT,
        Refusal::AlreadyThere => StatusCode::CONFLICT,
        // seals
        Refusal::NoSuchSeal => StatusCode::NOT_FOUND,
        Refusal::SealNotPermitted => StatusCode::FORBIDDEN,
        Refusal::IllegalSealChange(_)
        | Refusal::SealChanged
        | Refusal::SealNeedsApplication
        | Refusal::SealNotInUse(_)
        | Refusal::SealOutOfTime
        | Refusal::SealKeyTaken => StatusCode::CONFLICT,
        Refusal::BadSeal(_) | Refusal::BadSealPicture(_) | Refusal::NoSuchSealKey => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
        Refusal::UnknownType(_)
        | Refusal::BadFields(_)
        | Refusal::CannotPrint(_)
        | Refusal::KeyReused
        | Refusal::BadReason
        | Refusal::BadPeriod
        | Refusal::WrongValue(_)
        | Refusal::BadNotes(_)
        | Refusal::NothingChanged
        | Refusal::BadScan(_)
        | Refusal::BadSearch
        | Refusal::BadTarget(_)
        | Refusal::NotExaminable(_)
        | Refusal::NotACode => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Halted { .. } | Refusal::Busy { .. } | Refusal::KeyStoreAway { .. } | Refusal::Unavailable { .. } => {
            StatusCode::SERVICE_UNAVAILABLE
        }
    }
}

impl From<Refusal> for Problem {
    fn from(refusal: Refusal) -> Self {
        if let Refusal::Unavailable { cause } | Refusal::KeyStoreAway { cause } = &refusal {
            tracing::error!(cause, "unavailable");
        }
        let mut problem = Self::new(status_of(&refusal), refusal.code(), &refusal.to_string());
        problem.retry_after = refusal.retry_after().map(|wait| wait.as_secs().max(1));
        match refusal {
            Refusal::BadFields(fields) | Refusal::BadProposal(fields) => problem.errors = fields,
            Refusal::BadRows { wrong, .. } => problem.errors = wrong.into_iter().flat_map(RowReport::into_problems).collect(),
            _ => {}
        }
        problem
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let document = ProblemDocument {
            kind: format!("urn:elicence:problem:{}", self.code.to_ascii_lowercase().replace('_', "-")),
            title: self.title,
            status: self.status.as_u16(),
            code: self.code.into(),
            detail: self.detail,
            errors: self.errors,
        };
        let mut response = (self.status, Json(document)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"elicence\""));
        }
        response
    }
}
