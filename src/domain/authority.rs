//! Who may do what (权限): one table, an action a line and a role a column, and nothing else decides.

use crate::domain::actor::{Actor, Role};
use serde::Serialize;

/// Whose things an actor may act on (管辖范围). Ordered: each reach holds the one before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reach {
    /// Nobody's: the role may not do this at all.
    Nobody,
    /// Those of its own organisation (本机构).
    Own,
    /// Those of its own organisation and of all that stand below it in the tree (本机构及下级).
    Below,
    /// Everybody's (全部).
    All,
}

/// From one line an action: the enum, its words, and its row of the table. `-` nobody, `o` own, `b` below, `a` all.
macro_rules! actions {
    ($($action:ident $word:literal $chinese:literal $english:literal [
        $manager:tt $reviewer:tt $issuer:tt $approver:tt $keeper:tt $clerk:tt $auditor:tt $administrator:tt $system:tt
    ])*) => {
        /// What can be done here by somebody who was authenticated (操作), one a use case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Action {
            $(#[doc = concat!($english, " (", $chinese, ")")] $action,)*
        }

        impl Action {
            /// All of them, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$action),*];

            /// Its word in audit lines and descriptions.
            pub fn word(self) -> &'static str {
                match self { $(Self::$action => $word,)* }
            }

            /// What it is called in Chinese.
            pub fn chinese(self) -> &'static str {
                match self { $(Self::$action => $chinese,)* }
            }

            /// What it is called in English; a verb and its object.
            pub fn english(self) -> &'static str {
                match self { $(Self::$action => $english,)* }
            }
        }

        /// How far a role reaches with an action.
        pub fn reach(role: Role, action: Action) -> Reach {
            match (action, role) {
                $(
                    (Action::$action, Role::CatalogueManager) => reach_of!($manager),
                    (Action::$action, Role::Reviewer) => reach_of!($reviewer),
                    (Action::$action, Role::Issuer) => reach_of!($issuer),
                    (Action::$action, Role::Approver) => reach_of!($approver),
                    (Action::$action, Role::SealKeeper) => reach_of!($keeper),
                    (Action::$action, Role::Clerk) => reach_of!($clerk),
                    (Action::$action, Role::Auditor) => reach_of!($auditor),
                    (Action::$action, Role::Administrator) => reach_of!($administrator),
                    (Action::$action, Role::System) => reach_of!($system),
                )*
            }
        }
    };
}

macro_rules! reach_of {
    (-) => {
        Reach::Nobody
    };
    (o) => {
        Reach::Own
    };
    (b) => {
        Reach::Below
    };
    (a) => {
        Reach::All
    };
}

// Columns: catalogue manager 目录管理员, reviewer 审核员, issuer 经办员, approver 审批员, seal keeper 印章保管员, clerk 窗口人员, auditor 审计员,
// administrator 系统管理员, system 接入系统.
actions! {
    // action             word                  中文            English                                     cm re is ap sk cl au ad sy
    // licences
    MintLicence           "mint-licence"        "签发证照"      "mint licences"                             [-  -  o  -  -  -  -  -  o]
    ReadLicence           "read-licence"        "查阅证照"      "read licences"                             [-  o  o  o  -  o  -  -  o]
    DownloadLicence       "download-licence"    "下载证照"      "download licences"                         [-  o  o  o  -  o  -  -  o]
    RenderAgain           "render-again"        "重绘证照"      "draw licences again"                       [-  -  o  o  -  -  -  -  -]
    RevokeLicence         "revoke-licence"      "撤销证照"      "revoke licences"                           [-  -  -  o  -  -  -  -  -]
    // catalogue
    ReadCatalogue         "read-catalogue"      "查阅目录"      "read the catalogue"                        [a  a  a  a  a  a  a  a  a]
    ReadCatalogueLog      "read-catalogue-log"  "查阅目录日志"  "read the catalogue's log"                  [o  o  -  -  -  -  a  -  -]
    ApplyForEntry         "apply-for-entry"     "申请目录变更"  "apply for changes of the catalogue"        [o  -  -  -  -  -  -  -  -]
    ReviewEntry           "review-entry"        "审核目录申请"  "review changes of the catalogue"           [o  o  -  -  -  -  -  -  -]
    ReadEntryApplication  "read-entry-application" "查阅目录申请" "read applications about the catalogue"   [o  o  -  -  -  -  a  -  -]
    GrantEntry            "grant-entry"         "目录授权"      "authorise for entries of the catalogue"    [o  -  -  -  -  -  -  -  -]
    FeedCatalogue         "feed-catalogue"      "同步目录"      "take the catalogue's changes over"         [o  -  -  -  -  -  -  -  a]
    PullCatalogue         "pull-catalogue"      "汇聚目录"      "pull another platform's catalogue"         [o  -  -  -  -  -  -  -  -]
    ReadMetadata          "read-metadata"       "查询元数据"    "read metadata of licences"                 [-  o  o  o  -  o  -  -  o]
    // applications of any kind, at the door; the action of the kind decides
    HandInApplication     "hand-in-application" "提交申请"      "hand in applications"                      [o  -  o  o  o  -  -  -  o]
    ReviewApplication     "review-application"  "审核申请"      "review applications"                       [o  o  -  o  o  -  -  -  -]
    ReadApplication       "read-application"    "查阅申请"      "read applications"                         [o  o  o  o  o  -  a  -  o]
    // organisations, people, systems
    ReadOrganisations     "read-organisations"  "查阅机构"      "read organisations"                        [a  a  a  a  a  a  a  a  a]
    ManageOrganisations   "manage-organisations" "管理机构"     "add and change organisations"              [-  -  -  -  -  -  -  b  -]
    ReadPeople            "read-people"         "查阅人员"      "read people's accounts"                    [-  -  -  -  -  -  -  b  -]
    ManagePeople          "manage-people"       "管理人员"      "add and suspend people"                    [-  -  -  -  -  -  -  b  -]
    GrantRoles            "grant-roles"         "授予角色"      "grant and withdraw roles"                  [-  -  -  -  -  -  -  b  -]
    ReadSystems           "read-systems"        "查阅接入系统"  "read connected systems"                    [-  -  -  -  -  -  b  b  -]
    ManageSystems         "manage-systems"      "管理接入系统"  "connect and cut off systems"               [-  -  -  -  -  -  -  b  -]
    ReadSession           "read-session"        "查看当前登录"  "see who is logged in"                      [o  o  o  o  o  o  o  o  o]
    // the life of a licence
    SuspendLicence        "suspend-licence"     "暂扣证照"      "suspend licences"                          [-  -  -  o  -  -  -  -  -]
    ResumeLicence         "resume-licence"      "恢复证照"      "resume licences"                           [-  -  -  o  -  -  -  -  -]
    RestrictLicence       "restrict-licence"    "限制使用证照"  "restrict the use of licences"              [-  -  -  o  -  -  -  -  -]
    LiftRestriction       "lift-restriction"    "解除限制"      "lift restrictions of licences"             [-  -  -  o  -  -  -  -  -]
    ReportLoss            "report-loss"         "挂失证照"      "report licences lost"                      [-  -  o  o  -  o  -  -  -]
    ReportFound           "report-found"        "解除挂失"      "report licences found"                     [-  -  o  o  -  -  -  -  -]
    AnnotateLicence       "annotate-licence"    "加注证照"      "annotate licences"                         [-  -  o  o  -  -  -  -  -]
    InspectLicence        "inspect-licence"     "年检证照"      "record inspections of licences"            [-  -  o  o  -  -  -  -  -]
    ChangeLicence         "change-licence"      "变更证照"      "change licences"                           [-  -  o  -  -  -  -  -  o]
    RenewLicence          "renew-licence"       "延续证照"      "renew licences"                            [-  -  o  -  -  -  -  -  o]
    ReissueLicence        "reissue-licence"     "补发证照"      "re-issue licences"                         [-  -  o  -  -  -  -  -  o]
    AnnulLicence          "annul-licence"       "撤销许可"      "annul licences"                            [-  -  -  o  -  -  -  -  -]
    CancelLicence         "cancel-licence"      "注销证照"      "cancel licences"                           [-  -  -  o  -  -  -  -  -]
    ArchiveLicence        "archive-licence"     "归档证照"      "archive ended licences"                    [-  -  o  o  -  -  -  -  -]
    ApplyForLicence       "apply-for-licence"   "申请签发证照"  "apply for licences"                        [-  -  o  -  -  -  -  -  o]
    ReviewLicence         "review-licence"      "审核签发申请"  "review applications for licences"          [-  o  -  o  -  -  -  -  -]
    ReadLicenceApplication "read-licence-application" "查阅签发申请" "read applications for licences"     [-  o  o  o  -  -  -  -  o]
    PushDecision          "push-decision"       "推送办结"      "push decisions"                            [-  -  -  -  -  -  -  -  o]
    FindLicences          "find-licences"       "检索证照"      "find and list licences"                    [-  o  o  o  -  o  -  -  o]
    VerifyInformation     "verify-information"  "信息验证"      "verify information of licences"            [-  a  a  a  -  a  -  -  a]
    // keys and retention
    RotateMasterKey       "rotate-master-key"   "更换主密钥"    "replace the master key"                    [-  -  -  -  -  -  -  a  -]
    EraseLicences         "erase-licences"      "到期销毁证照"  "erase licences after their retention"      [-  -  -  -  -  -  -  a  -]
    SeedLicences          "seed-licences"       "生成测试证照"  "fill the register with invented licences"  [-  -  -  -  -  -  -  o  -]
    // seals
    ApplyForSeal          "apply-for-seal"      "申请印章"      "apply for seals"                           [-  -  -  -  o  -  -  -  -]
    ReviewSeal            "review-seal"         "审批印章"      "approve seals"                             [-  o  -  o  -  -  -  -  -]
    ChangeSeal            "change-seal"         "管理印章"      "make, suspend and destroy seals"           [-  -  -  -  o  -  -  -  -]
    GrantSeal             "grant-seal"          "授权用印"      "say who may use seals"                     [-  -  -  -  o  -  -  -  -]
    ReadSeal              "read-seal"           "查阅印章"      "read seals and their uses"                 [-  o  -  o  o  -  a  -  -]
    // the installation
    VerifyAudit           "verify-audit"        "检查审计日志"  "check the audit log"                       [-  -  -  -  -  -  a  -  -]
    // audit, statistics, subscriptions
    SearchAudit           "search-audit"        "查询审计日志"  "search the audit log"                      [-  -  -  -  -  -  a  -  -]
    ExportAudit           "export-audit"        "导出审计日志"  "export the audit log"                      [-  -  -  -  -  -  a  -  -]
    AcceptRestore         "accept-restore"      "确认恢复备份"  "accept that a backup was restored"         [-  -  -  -  -  -  -  a  -]
    ReadStatistics        "read-statistics"     "查看统计"      "read statistics"                           [b  o  o  o  -  -  a  a  -]
    RecountStatistics     "recount-statistics"  "复核统计"      "count events again"                        [-  -  -  -  -  -  a  a  -]
    ManageSubscriptions   "manage-subscriptions" "管理订阅"     "manage subscriptions"                      [-  -  -  -  -  -  -  b  o]
    ReadDeliveries        "read-deliveries"     "查看推送"      "read deliveries"                           [-  -  -  -  -  -  a  b  o]
    RetryDelivery         "retry-delivery"      "重试推送"      "retry deliveries"                          [-  -  -  -  -  -  -  b  o]
    ManageContacts        "manage-contacts"     "管理联系方式"  "manage contacts of holders"                [-  -  o  -  -  o  -  -  o]
    ReadMetrics           "read-metrics"        "查看运行指标"  "read metrics"                              [-  -  -  -  -  -  a  a  -]
}

impl Actor {
    /// How far this actor reaches with an action: as far as the farthest of its roles.
    pub fn reach(&self, action: Action) -> Reach {
        self.roles.iter().map(|role| reach(*role, action)).max().unwrap_or(Reach::Nobody)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::payload::Party;

    fn actor(roles: &[Role]) -> Actor {
        let department = Party { name: String::new(), code: "11999999000000027G".into() };
        Actor { id: "a".into(), department, roles: roles.to_vec() }
    }

    #[test]
    fn the_farthest_role_decides_and_no_role_reaches_nobody() {
        assert_eq!(actor(&[]).reach(Action::ReadLicence), Reach::Nobody);
        assert_eq!(actor(&[Role::SealKeeper, Role::Clerk]).reach(Action::ReadLicence), Reach::Own);
        assert_eq!(actor(&[Role::Clerk, Role::Auditor]).reach(Action::VerifyAudit), Reach::All);
        assert!(Reach::Nobody < Reach::Own && Reach::Own < Reach::Below && Reach::Below < Reach::All);
    }

    #[test]
    fn every_action_has_a_word_of_its_own_and_somebody_who_may_do_it() {
        let mut words: Vec<_> = Action::ALL.iter().map(|action| action.word()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), Action::ALL.len());
        for action in Action::ALL {
            assert!(Role::ALL.iter().any(|role| reach(*role, *action) > Reach::Nobody), "{}", action.word());
        }
    }
}
