//! Why a use case was not done: what happened, and what the person should do next. `http` and `cli` each map it once.

use crate::{
    domain::{
        application::WrongStep,
        authority::Action,
        catalogue_import::ImportId,
        change_notes::NotesProblem,
        face::FieldProblem,
        licence::LicenceState,
        licence_proposal::ScanProblem,
        life::IllegalTransition,
        page::PageProblem,
        row_report::RowReport,
        seal_record::{IllegalSealChange, SealState},
        subscription::Channel,
    },
    render::RenderError,
    storage::error::StorageError,
    table::TableError,
    verify::ExamineError,
};
use std::time::Duration;

/// Every refusal of every use case. Displayed as `中文。 English.`, without personal data.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// No role of the actor allows this.
    #[error("当前账号无权{}，请联系管理员。 This account may not {}; ask the administrator.", .0.chinese(), .0.english())]
    Forbidden(Action),
    /// The thing belongs to an organisation that the actor's roles do not reach.
    #[error(
        "该事项属于其他机构，当前账号无权办理，请联系该机构或管理员。 This belongs to another organisation; ask that organisation or the administrator."
    )]
    NotYourOrganisation,
    /// The actor's department may not issue this type, or has no seal here.
    #[error(
        "本部门没有签发该类证照的印章或授权，请联系管理员。 Your department has no seal, or no key permitted, for this licence type; ask the administrator."
    )]
    NotYourType,
    /// No such licence type.
    #[error("没有代码为 {0} 的证照类型，请核对证照类型代码。 There is no licence type with the code {0}; check the code.")]
    UnknownType(String),
    /// Fields are wrong; all of them at once.
    #[error("照面信息有 {} 处错误，请逐项更正。 The face data have {} mistake(s); correct each one.", .0.len(), .0.len())]
    BadFields(Vec<FieldProblem>),
    /// The face data cannot be printed: a missing glyph, a text that does not fit, a picture that cannot be used.
    #[error("证照无法按版式印制：{0} The licence cannot be printed.")]
    CannotPrint(RenderError),
    /// The licence number is used already.
    #[error(
        "证照编号已被使用（同一类型、同一颁发机构），请核对编号。 This licence number is used already for this type and issuer; check the number."
    )]
    NumberTaken,
    /// The same idempotency key came with another request.
    #[error("同一幂等键已用于另一份不同的请求，请换用新的键。 This idempotency key was used with another request; take a new key.")]
    KeyReused,
    /// An idempotency key is 1 to 200 printable ASCII characters.
    #[error("幂等键须为 1 至 200 个可见 ASCII 字符。 An idempotency key is 1 to 200 printable ASCII characters.")]
    BadKey,
    /// The same request is being worked on.
    #[error("该请求正在处理中，请稍后用同一幂等键重试。 This request is in progress; ask again with the same key shortly.")]
    InProgress {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The licence is reserved, but could not be finished now; the service goes on by itself.
    #[error(
        "证照已登记，但制证暂时中断（{reason}）；系统将自动续办，请稍后用同一幂等键查询。 The licence is registered, but making it was interrupted ({reason}); the service will go on by itself: ask again with the same key."
    )]
    Halted {
        /// Which part failed.
        reason: &'static str,
        /// When to ask again.
        retry_after: Duration,
    },
    /// The mint was given up; its number stays used.
    #[error(
        "该证照制证失败，已作废，编号不再使用，请用新的编号重新申请。 This mint failed and was voided; its number stays used: mint again with a new number."
    )]
    Voided,
    /// There is none, or none that this actor may see.
    #[error("没有找到，或无权查看，请核对后重试。 There is no such thing, or you may not see it; check what you asked for.")]
    NotFound,
    /// Its data key was destroyed after its retention.
    #[error(
        "该证照保存期已满，内容已依规销毁，仅存登记记录。 The retention of this licence is over and its content was destroyed; only its entry in the register remains."
    )]
    Erased,
    /// The licence's state does not allow it.
    #[error("证照当前状态（{}）不允许此操作。 The licence's state ({}) does not allow this.", .0.as_str(), .0.as_str())]
    WrongState(LicenceState),
    // The life of a licence.
    /// Reason, basis, note or inspection do not fit the transition.
    #[error("{0}")]
    BadNotes(NotesProblem),
    /// A change that changes nothing.
    #[error("照面信息没有变化；原样补发请使用“补发”。 Nothing would change; to issue the same content again, re-issue it.")]
    NothingChanged,
    /// The scan of a paper licence is not taken.
    #[error("{0}")]
    BadScan(ScanProblem),
    /// This type is issued after a review only.
    #[error("该类证照须经审核后签发，请提交签发申请。 This type is issued after a second person's review: hand in an application.")]
    ReviewRequired,
    /// More is needed, or less, to look for licences.
    #[error(
        "请给出持证主体代码及其类型，或证照类型、颁发机构和编号，或列表条件，三者择一。 Look by holder code and code type, or by type, issuer and number, or by list conditions: one of the three."
    )]
    BadSearch,
    /// Somebody changed the licence at the same moment.
    #[error(
        "证照刚被他人更改，现为“{}”，请核对后重试。 Somebody has just changed the licence, it is {} now; look at it and try again.", .0.as_str(), .0.as_str()
    )]
    ChangedMeanwhile(LicenceState),
    // Organisations, people, systems.
    /// A value cannot be taken; which, in both languages.
    #[error("“{0}”填写有误，请核对后重新提交。 A value cannot be taken ({0}); check it and send it again.")]
    WrongValue(&'static str),
    /// It is there already.
    #[error("该名称或代码已被使用，请换用其他名称或代码。 This name or code is used already; take another one.")]
    AlreadyThere,
    /// Nobody changes the own rights.
    #[error("不能变更本人或本机构的权限，请由其他管理员办理。 You cannot change your own rights; ask another administrator.")]
    OwnRights,
    /// A revocation says why, in 2 to 500 characters.
    #[error("请填写 2 至 500 字的理由。 Give a reason of 2 to 500 characters.")]
    BadReason,
    /// A period, position or grouping that cannot be answered for.
    #[error(
        "时间范围、起始位置或分组方式不正确，请更正后重试。 The period, position or grouping is not one that can be answered for; correct it."
    )]
    BadPeriod,
    /// The channel cannot reach this address, or is not configured.
    #[error(
        "地址不适用于“{}”渠道，或该渠道未启用。 The address is none for the channel “{}”, or that channel is not configured here.", .0.as_str(), .0.as_str()
    )]
    BadTarget(Channel),
    /// Only a delivery that was given up is tried again by hand.
    #[error("该推送未进入死信，无需重试。 This delivery was not given up; it is tried by itself.")]
    NotDead,
    /// The page that was asked for cannot be given.
    #[error("{0}")]
    BadPage(#[from] PageProblem),
    // seals
    /// No such seal, or it is another organisation's.
    #[error("没有找到该印章，或无权查看。 There is no such seal, or you may not see it.")]
    NoSuchSeal,
    /// The state of the seal does not allow the change.
    #[error("印章当前状态不允许此操作，请先查看印章状态。 The state of the seal does not allow this ({0}); look at the seal first.")]
    IllegalSealChange(IllegalSealChange),
    /// Somebody else changed the seal meanwhile.
    #[error("印章刚被他人变更，请刷新后重试。 The seal was changed meanwhile; look at it again.")]
    SealChanged,
    /// What a second person approves is applied for.
    #[error("此变更须提交申请并由他人审批。 This change is applied for, and approved by another person.")]
    SealNeedsApplication,
    /// The seal does not seal: it is not in use.
    #[error("印章当前未启用（{}），不能用印，请联系印章保管员。 The seal is not in use ({}); ask its keeper.", .0.as_str(), .0.as_str())]
    SealNotInUse(SealState),
    /// The seal, or its certificate, is not within its time.
    #[error("印章不在有效期内，请联系印章保管员。 The seal is not within its time; ask its keeper.")]
    SealOutOfTime,
    /// No grant lets this actor use the seal for that type.
    #[error(
        "未获授权使用本部门印章签发该类证照，请联系印章保管员。 No grant lets you use your department's seal for this type; ask its keeper."
    )]
    SealNotPermitted,
    /// A field of a seal is wrong.
    #[error("印章的“{0}”填写有误，请更正。 The seal's “{0}” is wrong; correct it.")]
    BadSeal(&'static str),
    /// The seal cannot be drawn.
    #[error("印章图样无法绘制：{0} The seal cannot be drawn.")]
    BadSealPicture(RenderError),
    /// The key of that certificate is not loaded here for the organisation.
    #[error(
        "本机构没有装载该证书的密钥，请先配置密钥并重新装载。 No key of that certificate is loaded for your organisation; configure it and reload the keys first."
    )]
    NoSuchSealKey,
    /// The certificate makes another seal.
    #[error("该证书已用于其他印章，请换用新的证书。 The certificate makes another seal; take a new one.")]
    SealKeyTaken,
    /// The document is longer than this service verifies.
    #[error("文件超过 {0} 字节的上限。 The file is longer than {0} bytes.")]
    TooLarge(usize),
    /// There is nothing to conclude about: no PDF, not parsable, or never sealed.
    #[error("{0}")]
    NotExaminable(#[from] ExamineError),
    /// The text holds no token.
    #[error("这不是证照二维码的内容，请重新扫描。 This is not the text of a licence's QR code; scan it again.")]
    NotACode,
    // applications and the catalogue
    /// Nobody reviews what he applied for (四眼原则).
    #[error("不得审核本人提交的申请，请由另一位审核人员办理。 Nobody reviews an application of his own; another reviewer must do it.")]
    OwnRequest,
    /// The state of the application does not allow the step, or somebody else was quicker.
    #[error(
        "申请当前状态（{}）不允许“{}”，请刷新后再试。 The application is {}; it cannot {} now: read it again.",
        .0.0.as_str(), .0.1.as_str(), .0.0.as_str(), .0.1.as_str()
    )]
    WrongStep(WrongStep),
    /// What is applied for is wrong in itself; all mistakes at once.
    #[error("申请内容有 {} 处错误，请逐项更正。 The application has {} mistake(s); correct each one.", .0.len(), .0.len())]
    BadProposal(Vec<FieldProblem>),
    /// The entry has another version than the one that the application is based on.
    #[error(
        "目录条目已变更为版本 {current}（变更项：{changed}），请以新版本为基础重新申请。 The entry is at version {current} by now (changed: {changed}); apply again based on it.",
        changed = .changed.join("、")
    )]
    Outdated {
        /// The version in force; 0: there is none.
        current: i64,
        /// Which elements differ from the version that the application is based on.
        changed: Vec<String>,
    },
    /// There is such an entry already.
    #[error("目录中已有该证照类型，请改为申请变更。 The catalogue has this licence type already; apply for a change instead.")]
    EntryExists,
    /// No such entry or version in the catalogue, or none that this actor may see.
    #[error("目录中没有该条目或版本，或无权查看。 The catalogue has no such entry or version, or you may not see it.")]
    NoEntry,
    /// The entry is not in force.
    #[error("该证照类型已从目录中取消，不再签发。 This licence type was cancelled in the catalogue; none are issued any more.")]
    EntryCancelled,
    /// The department or system is not authorised for this entry.
    #[error(
        "未获得该目录条目的授权，请向目录管理部门申请。 You are not authorised for this entry of the catalogue; ask the managing department."
    )]
    NotGranted,
    /// A feed that cannot be trusted, or does not continue what was taken over before.
    #[error("对方目录数据未通过校验：{0}。 The other platform's feed is refused: {0}.")]
    BadFeed(String),
    // tables and searches
    /// A file that is no table that can be read, or should not be.
    #[error("{0}")]
    BadTable(TableError),
    /// Rows are wrong, and the importer wants all or nothing. The report on every row is kept.
    #[error(
        "共 {rows} 行，其中 {refused} 行有误，整批未导入（批次 {import_id}）。请按报告更正后重新导入，或选择逐行导入。 {refused} of {rows} rows are wrong, so nothing was imported (batch {import_id}). Correct them by the report and import again, or import row by row."
    )]
    BadRows {
        /// The batch, whose report can be read.
        import_id: ImportId,
        /// How many rows are wrong.
        refused: u64,
        /// How many there are.
        rows: u64,
        /// The first wrong ones.
        wrong: Vec<RowReport>,
    },
    /// No batch of this organisation with these changes waits for its approval.
    #[error("没有待审核的该导入批次，可能已处理。 No such batch waits for its approval; it may be done already.")]
    NoImport,
    /// The query is too long.
    #[error("检索词不得超过 {0} 字。 A query has at most {0} characters.")]
    LongQuery(usize),
    /// Another writer is busy, or too many requests wait.
    #[error("系统繁忙，请稍后重试。 The service is busy; try again shortly.")]
    Busy {
        /// When to ask again.
        retry_after: Duration,
    },
    /// The device that holds a key (密码设备) is away; it is looked for again by itself.
    #[error(
        "签章密钥设备暂时不可用，系统会自动恢复，请稍后重试。 The key store is away for now and is looked for again by itself; try again shortly."
    )]
    KeyStoreAway {
        /// For the log, never for the caller.
        cause: String,
    },
    /// Database, document store or random source fail; the operator reads which in the log.
    #[error("系统暂时不可用，请稍后重试。 The service is not available now; try again later.")]
    Unavailable {
        /// For the log, never for the caller.
        cause: String,
    },
}

impl Refusal {
    /// The machine code.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Forbidden(_) => "FORBIDDEN",
            Self::NotYourOrganisation => "NOT_YOUR_ORGANISATION",
            Self::NotYourType => "NOT_YOUR_TYPE",
            Self::UnknownType(_) => "UNKNOWN_TYPE",
            Self::BadFields(_) => "BAD_FIELDS",
            Self::CannotPrint(_) => "CANNOT_PRINT",
            Self::NumberTaken => "NUMBER_TAKEN",
            Self::KeyReused => "IDEMPOTENCY_KEY_REUSED",
            Self::BadKey => "BAD_IDEMPOTENCY_KEY",
            Self::InProgress { .. } => "IN_PROGRESS",
            Self::Halted { .. } => "HALTED",
            Self::Voided => "VOIDED",
            Self::NotFound => "NOT_FOUND",
            Self::Erased => "ERASED",
            Self::WrongState(_) => "WRONG_STATE",
            Self::BadNotes(_) => "BAD_REASON",
            Self::BadScan(_) => "BAD_SCAN",
            Self::ReviewRequired => "REVIEW_REQUIRED",
            Self::NothingChanged => "NOTHING_CHANGED",
            Self::BadSearch => "BAD_SEARCH",
            Self::ChangedMeanwhile(_) => "CHANGED_MEANWHILE",
            Self::WrongValue(_) => "WRONG_VALUE",
            Self::AlreadyThere => "ALREADY_THERE",
            Self::OwnRights => "OWN_RIGHTS",
            Self::BadReason => "BAD_REASON",
            Self::BadPeriod => "BAD_PERIOD",
            Self::BadTarget(_) => "BAD_TARGET",
            Self::NotDead => "NOT_DEAD",
            Self::BadPage(_) => "BAD_PAGE",
            // seals
            Self::NoSuchSeal => "NOT_FOUND",
            Self::IllegalSealChange(_) => "ILLEGAL_SEAL_CHANGE",
            Self::SealChanged => "SEAL_CHANGED",
            Self::SealNeedsApplication => "SEAL_NEEDS_APPLICATION",
            Self::SealNotInUse(_) => "SEAL_NOT_IN_USE",
            Self::SealOutOfTime => "SEAL_OUT_OF_TIME",
            Self::SealNotPermitted => "SEAL_NOT_PERMITTED",
            Self::BadSeal(_) => "BAD_SEAL",
            Self::BadSealPicture(_) => "BAD_SEAL_PICTURE",
            Self::NoSuchSealKey => "NO_SUCH_SEAL_KEY",
            Self::SealKeyTaken => "SEAL_KEY_TAKEN",
            Self::TooLarge(_) => "TOO_LARGE",
            Self::NotExaminable(_) => "NOT_EXAMINABLE",
            Self::NotACode => "NOT_A_CODE",
            Self::OwnRequest => "OWN_REQUEST",
            Self::WrongStep(_) => "WRONG_STEP",
            Self::BadProposal(_) => "BAD_PROPOSAL",
            Self::Outdated { .. } => "OUTDATED",
            Self::EntryExists => "ENTRY_EXISTS",
            Self::NoEntry => "NO_ENTRY",
            Self::EntryCancelled => "ENTRY_CANCELLED",
            Self::NotGranted => "NOT_GRANTED",
            Self::BadFeed(_) => "BAD_FEED",
            Self::BadTable(_) => "BAD_TABLE",
            Self::BadRows { .. } => "BAD_ROWS",
            Self::NoImport => "NO_IMPORT",
            Self::LongQuery(_) => "LONG_QUERY",
            Self::Busy { .. } => "BUSY",
            Self::KeyStoreAway { .. } => "KEY_STORE_AWAY",
            Self::Unavailable { .. } => "UNAVAILABLE",
        }
    }

    /// When asking again makes sense.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::KeyStoreAway { .. } => Some(Duration::from_secs(5)),
            Self::InProgress { retry_after } | Self::Halted { retry_after, .. } | Self::Busy { retry_after } => Some(*retry_after),
            _ => None,
        }
    }
}

impl From<IllegalTransition> for Refusal {
    fn from(illegal: IllegalTransition) -> Self {
        Self::WrongState(illegal.from)
    }
}

/// What was to be added is there already; every other error of the store is what it is.
pub(super) fn already_there(error: StorageError) -> Refusal {
    match error {
        StorageError::Conflict(_) => Refusal::AlreadyThere,
        other => other.into(),
    }
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::Busy => Self::Busy { retry_after: Duration::from_secs(1) },
            StorageError::Erased => Self::Erased,
            other => Self::Unavailable { cause: other.to_string() },
        }
    }
}
