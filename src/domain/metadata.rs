//! The common metadata of every licence (通用元数据, GB/T 36903): short codes, names, and who gives the value.

/// Who gives the value of a common element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenBy {
    /// The department, with the face data.
    Department,
    /// The service: from the type, the login or the register. Refused in face data.
    Service,
}

/// One element of the common metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommonElement {
    /// Short code: pinyin initials.
    pub code: &'static str,
    /// The name.
    pub name: &'static str,
    /// The English name in use.
    pub name_en: &'static str,
    /// Who gives it.
    pub given_by: GivenBy,
}

const fn element(code: &'static str, name: &'static str, name_en: &'static str, given_by: GivenBy) -> CommonElement {
    CommonElement { code, name, name_en, given_by }
}

/// The common elements in the order of the standard.
pub const COMMON: &[CommonElement] = &[
    element("ZZMC", "证照名称", "certificateName", GivenBy::Service),
    element("ZZLXDM", "证照类型代码", "certificateTypeCode", GivenBy::Service),
    element("ZZBH", "证照编号", "certificateNumber", GivenBy::Department),
    element("ZZBS", "证照标识", "certificateIdentifier", GivenBy::Service),
    element("ZZBFJG", "证照颁发机构", "certificateIssuingAuthorityName", GivenBy::Service),
    element("ZZBFJGDM", "证照颁发机构代码", "certificateIssuingAuthorityCode", GivenBy::Service),
    element("ZZBFRQ", "证照颁发日期", "certificateIssuedDate", GivenBy::Department),
    element("CZZT", "持证主体", "certificateHolderName", GivenBy::Department),
    element("CZZTDM", "持证主体代码", "certificateHolderCode", GivenBy::Department),
    element("CZZTDMLX", "持证主体代码类型", "certificateHolderTypeName", GivenBy::Service),
    element("CZZTDMLXDM", "持证主体代码类型代码", "certificateHolderTypeCode", GivenBy::Department),
    element("ZZYXQQSRQ", "有效期起始日期", "certificateEffectiveDate", GivenBy::Department),
    element("ZZYXQJZRQ", "有效期截止日期", "certificateExpiringDate", GivenBy::Department),
];

/// One element of the management metadata (管理元数据): what the register knows of a licence beside what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManagementElement {
    /// Short code.
    pub code: &'static str,
    /// The name.
    pub name: &'static str,
    /// The English name.
    pub name_en: &'static str,
}

/// The management elements.
pub const MANAGEMENT: &[ManagementElement] = &[
    ManagementElement { code: "ZZZT", name: "证照状态", name_en: "certificateState" },
    ManagementElement { code: "ZZLXBB", name: "元数据定义版本", name_en: "certificateTypeVersion" },
    ManagementElement { code: "CJSJ", name: "创建时间", name_en: "creationTime" },
    ManagementElement { code: "ZZBGSJ", name: "状态变更时间", name_en: "stateChangeTime" },
];

/// The common element with that short code.
pub fn common(code: &str) -> Option<&'static CommonElement> {
    COMMON.iter().find(|e| e.code == code)
}
