//! What the audit log (审计日志) says of one act: who, what, on what, how it ended. Never personal data.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// One line of the audit log, before it is chained.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// What was done.
    pub action: AuditAction,
    /// Pseudonymous id of the actor, see [`crate::domain::actor::Actor::id`].
    pub actor: String,
    /// Code of the actor's department.
    pub department: String,
    /// Pseudonymous subject, e.g. a licence id in hex; absent where there is none.
    pub subject: Option<String>,
    /// How it ended.
    pub outcome: AuditOutcome,
    /// Facts that name nobody: type code, reason code, counts, keyed digests.
    pub details: BTreeMap<String, String>,
}

impl AuditEvent {
    /// An act without subject and details.
    pub fn new(action: AuditAction, actor: &crate::domain::actor::Actor, outcome: AuditOutcome) -> Self {
        Self {
            action,
            actor: actor.id.clone(),
            department: actor.department.code.clone(),
            subject: None,
            outcome,
            details: BTreeMap::new(),
        }
    }

    /// With that subject.
    pub fn about(mut self, subject: impl ToString) -> Self {
        self.subject = Some(subject.to_string());
        self
    }

    /// With one more fact.
    pub fn with(mut self, name: &str, value: impl ToString) -> Self {
        self.details.insert(name.to_owned(), value.to_string());
        self
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditAction {
    /// Numbers were reserved and the facts of a licence recorded (登记).
    ReserveLicence,
    /// The digest that is about to be signed was recorded (签章前登记).
    AuthoriseSeal,
    /// A licence became active (签发).
    MintLicence,
    /// Validation data or a time-stamp was appended to a document (增强签名).
    AugmentLicence,
    /// A document got a new archive time-stamp (归档续期).
    RenewLicence,
    /// A half-done mint was given up (作废).
    VoidLicence,
    /// A half-done mint was taken over and finished (恢复).
    RecoverLicence,
    /// A licence was read (查阅).
    ReadLicence,
    /// A document was downloaded (下载).
    DownloadLicence,
    /// A licence was revoked (撤销、吊销).
    RevokeLicence,
    /// A document was verified (验证文件).
    VerifyDocument,
    /// A QR code was verified (验证二维码).
    VerifyCode,
    /// A status list was published (发布状态列表).
    PublishStatusList,
    // the life of a licence
    /// A licence changed its state, was annotated, inspected or archived (状态变更).
    ChangeState,
    /// A new version of a licence was asked for (变更、延续、补发).
    ChangeLicence,
    /// Licences were looked for or listed (检索).
    FindLicences,
    /// Information about a licence was verified (信息验证).
    VerifyInformation,
    /// The audit log itself was read or checked (审计).
    ReadAudit,
    // applications and the catalogue
    /// An application was written, or a draft of it changed (拟稿).
    DraftApplication,
    /// An application was handed in (上报).
    SubmitApplication,
    /// An application was approved and took effect (审核通过).
    ApproveApplication,
    /// An application was rejected (审核退回).
    RejectApplication,
    /// An application was taken back (撤回).
    WithdrawApplication,
    /// An application was read (查阅申请).
    ReadApplication,
    /// The catalogue or its log was read (查阅目录).
    ReadCatalogue,
    /// An entry of the catalogue got a new version (目录变更).
    ChangeEntry,
    /// A department or system was authorised for an entry, or no longer is (目录授权).
    GrantEntry,
    /// Another platform took changes of the catalogue over (目录同步).
    FeedCatalogue,
    /// Changes of another platform's catalogue were taken over (目录汇聚).
    PullCatalogue,
    /// Metadata of a licence were read (查询元数据).
    ReadMetadata,
    // audit, statistics, subscriptions
    /// Audit lines were searched (查询审计日志).
    SearchAudit,
    /// Audit lines were exported (导出审计日志).
    ExportAudit,
    /// An older copy of the database was accepted (确认恢复备份).
    AcceptRestore,
    /// Statistics were read (查看统计).
    ReadStatistics,
    /// A subscription was made, changed or removed (管理订阅).
    ManageSubscription,
    /// Deliveries were read (查看推送).
    ReadDeliveries,
    /// A dead delivery was tried again (重试推送).
    RetryDelivery,
    /// How a holder is reached was set or removed (管理联系方式).
    ManageContact,
    // Organisations, people, systems.
    /// An organisation was added (新增机构).
    AddOrganisation,
    /// An organisation was renamed, closed or opened (变更机构).
    ChangeOrganisation,
    /// A person was added (新增人员).
    AddPerson,
    /// A person was suspended or resumed (停用、恢复人员).
    ChangePerson,
    /// What is known of people was read (查阅人员).
    ReadPeople,
    /// A role was given (授予角色).
    GrantRole,
    /// A role was taken back (收回角色).
    WithdrawRole,
    /// A system was connected (接入系统).
    AddSystem,
    /// A system was cut off or connected again (停用、恢复接入).
    ChangeSystem,
    /// A key was written into the file of API keys (新增接口密钥).
    AddApiKey,
    /// A key was taken out of the file of API keys (吊销接口密钥).
    RevokeApiKey,
    /// Somebody at the machine itself acts as a person (本机代操作).
    ActAs,
    // keys and retention
    /// Data keys began to be wrapped under the next master key (更换主密钥).
    BeginMasterKeyRotation,
    /// Every data key is wrapped under the next master key.
    RotateMasterKey,
    /// The data key of a licence was destroyed after its retention (到期销毁).
    EraseLicence,
    /// The register was filled with invented licences (生成测试证照).
    SeedLicences,
    // seals
    /// The state of a seal was changed (印章变更).
    ChangeSeal,
    /// Who may use a seal was changed (用印授权).
    GrantSeal,
    /// Seals, their changes or uses were read (查阅印章).
    ReadSeal,
    // tables of the catalogue
    /// A batch of entries was brought in, or put in force (目录批量导入).
    ImportCatalogue,
    /// Batches were read (查阅导入批次).
    ReadImport,
    /// Entries were exported (目录导出).
    ExportCatalogue,
    /// Somebody without the right tried something (越权).
    Unauthorised,
}

/// How an act ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AuditOutcome {
    /// It was done.
    Done,
    /// It was refused.
    Refused,
    /// It failed.
    Failed,
}

impl AuditAction {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ReserveLicence => "reserve-licence",
            Self::AuthoriseSeal => "authorise-seal",
            Self::MintLicence => "mint-licence",
            Self::AugmentLicence => "augment-licence",
            Self::RenewLicence => "renew-licence",
            Self::VoidLicence => "void-licence",
            Self::RecoverLicence => "recover-licence",
            Self::ReadLicence => "read-licence",
            Self::DownloadLicence => "download-licence",
            Self::RevokeLicence => "revoke-licence",
            Self::VerifyDocument => "verify-document",
            Self::VerifyCode => "verify-code",
            Self::PublishStatusList => "publish-status-list",
            Self::ChangeState => "change-state",
            Self::ChangeLicence => "change-licence",
            Self::FindLicences => "find-licences",
            Self::VerifyInformation => "verify-information",
            Self::ReadAudit => "read-audit",
            Self::DraftApplication => "draft-application",
            Self::SubmitApplication => "submit-application",
            Self::ApproveApplication => "approve-application",
            Self::RejectApplication => "reject-application",
            Self::WithdrawApplication => "withdraw-application",
            Self::ReadApplication => "read-application",
            Self::ReadCatalogue => "read-catalogue",
            Self::ChangeEntry => "change-entry",
            Self::GrantEntry => "grant-entry",
            Self::FeedCatalogue => "feed-catalogue",
            Self::PullCatalogue => "pull-catalogue",
            Self::ReadMetadata => "read-metadata",
            Self::SearchAudit => "search-audit",
            Self::ExportAudit => "export-audit",
            Self::AcceptRestore => "accept-restore",
            Self::ReadStatistics => "read-statistics",
            Self::ManageSubscription => "manage-subscription",
            Self::ReadDeliveries => "read-deliveries",
            Self::RetryDelivery => "retry-delivery",
            Self::ManageContact => "manage-contact",
            Self::AddOrganisation => "add-organisation",
            Self::ChangeOrganisation => "change-organisation",
            Self::AddPerson => "add-person",
            Self::ChangePerson => "change-person",
            Self::ReadPeople => "read-people",
            Self::GrantRole => "grant-role",
            Self::WithdrawRole => "withdraw-role",
            Self::AddSystem => "add-system",
            Self::ChangeSystem => "change-system",
            Self::AddApiKey => "add-api-key",
            Self::RevokeApiKey => "revoke-api-key",
            Self::ActAs => "act-as",
            Self::BeginMasterKeyRotation => "begin-master-key-rotation",
            Self::RotateMasterKey => "rotate-master-key",
            Self::EraseLicence => "erase-licence",
            Self::SeedLicences => "seed-licences",
            // seals
            Self::ChangeSeal => "change-seal",
            Self::GrantSeal => "grant-seal",
            Self::ReadSeal => "read-seal",
            Self::ImportCatalogue => "import-catalogue",
            Self::ReadImport => "read-import",
            Self::ExportCatalogue => "export-catalogue",
            Self::Unauthorised => "unauthorised",
        }
    }
}

impl AuditOutcome {
    /// The word that is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}
