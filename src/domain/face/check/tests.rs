//! Face data that is right, and every way in which it can be wrong.

use super::*;
use crate::domain::face::{FaceText, TextValue, payload_text};
use crate::domain::payload::HolderRef;
use crate::domain::payload::Party;
use serde_json::{Value, json};

fn licence_type() -> LicenceType {
    toml::from_str(
        r#"
        code = "11100000MB0143028R001"
        version = 1
        name = "示例许可证"
        name_en = "Example permit"
        defining_authority = "示例总局"
        defining_authority_code = "11100000MB0143028R"
        holder_category = "mixed"
        validity_range = ["5年"]
        requires_expiry = true
        number_pattern = "SL{year}{seq:06}"
        fields = [
          { code = "KZ_ZS", name = "住所", name_en = "Address", kind = "text", max_length = 10, required = true },
          { code = "KZ_CLRQ", name = "成立日期", name_en = "Founded", kind = "date", max_length = 20 },
          { code = "KZ_YYQX", name = "营业期限", name_en = "Term", kind = "date-or-long-term", max_length = 20 },
          { code = "KZ_MJ", name = "面积", name_en = "Area", kind = "number", max_length = 12 },
          { code = "KZ_DW", name = "单位代码", name_en = "Unit", kind = "unified-social-credit-code", max_length = 18 },
          { code = "KZ_SFZ", name = "身份号码", name_en = "ID", kind = "citizen-id", max_length = 18, sensitive = true },
          { code = "KZ_XB", name = "性别", name_en = "Sex", kind = "text", max_length = 1, dictionary = ["男", "女"] },
          { code = "KZ_ZP", name = "照片", name_en = "Photo", kind = "photo", max_length = 1 },
          { code = "KZ_MX", name = "明细", name_en = "Rows", kind = "table", max_length = 2, columns = [
            { key = "xm", name = "姓名", max_length = 4, required = true }, { key = "fe", name = "份额", max_length = 5 } ] },
        ]"#,
    )
    .expect("a licence type")
}

fn good() -> Value {
    json!({
        "CZZT": " 示例食品有限公司 ", "CZZTDM": "91110108690017781b", "CZZTDMLXDM": "001",
        "ZZBFRQ": "20261120", "ZZYXQQSRQ": "2026-11-20", "ZZYXQJZRQ": "2031年11月19日",
        "KZ_ZS": "示例市1号", "KZ_CLRQ": "2020-01-02", "KZ_YYQX": "长期", "KZ_MJ": "125.60", "KZ_XB": "女",
        "KZ_MX": [{"xm": "王𠮷", "fe": "50%"}, {"xm": "李䶮"}], "photos": {"KZ_ZP": "/9j/"}
    })
}

fn with(member: &str, value: Value) -> Value {
    let mut input = good();
    input[member] = value;
    input
}

fn problems(input: Value) -> Vec<(String, ProblemCode)> {
    let input = FaceInput::from_json(input).expect("shape");
    check(&licence_type(), input).map_or_else(|p| p.into_iter().map(|p| (p.field, p.code)).collect(), |_| Vec::new())
}

#[test]
fn good_data_get_their_canonical_spelling() {
    let face = check(&licence_type(), FaceInput::from_json(good()).expect("shape")).expect("good");
    assert_eq!(face.holders, [HolderRef { name: "示例食品有限公司".into(), code: "91110108690017781B".into(), code_type: "001".into() }]);
    assert_eq!(face.issued_on.to_string(), "2026-11-20");
    assert_eq!(face.valid_until.map(|u| u.to_string()), Some("2031-11-19".into()));
    assert_eq!(face.photos.get("KZ_ZP").map(Vec::len), Some(3));
    assert_eq!(face.number, None);
}

#[test]
fn the_words_of_a_face_and_of_its_payload_are_the_same() {
    let (kind, issuer) = (licence_type(), Party { name: "示例局".into(), code: "11999999000000027G".into() });
    let face = check(&kind, FaceInput::from_json(good()).expect("shape")).expect("good");
    let text: FaceText = face.values(&kind, &issuer, "SL2026000001", "1.2.156.3005.2.x");
    assert_eq!(text.get("ZZYXQJZRQ"), LicenceDate::parse("2031-11-19").ok().map(TextValue::Date).as_ref());
    assert_eq!(text.get("KZ_YYQX"), Some(&TextValue::Text("长期".into())));
    assert_eq!(text.get("CZZTDMLX"), Some(&TextValue::Text("统一社会信用代码".into())));
    assert_eq!(text.get("KZ_SFZ"), None);
    let payload = serde_json::from_value(json!({
        "format": "elicence-payload/1", "licence_id": "00".repeat(16), "salt": "00".repeat(16), "identifier": "1.2.156.3005.2.x",
        "number": "SL2026000001", "licence_type": {"code": kind.code, "name": kind.name, "version": 1},
        "template": {"name": "x", "version": 1, "digest": "00".repeat(32)}, "issuer": issuer, "issued_on": face.issued_on,
        "valid_from": face.valid_from, "valid_until": face.valid_until, "holders": face.holders, "fields": face.fields, "pages": []
    }))
    .expect("a payload");
    assert_eq!(payload_text(&payload, &kind), text);
}

#[test]
fn every_mistake_is_named_with_its_field() {
    use ProblemCode::*;
    let cases = [
        (with("KZ_ZS", json!("")), "KZ_ZS", Missing),
        (with("KZ_ZS", json!("一二三四五六七八九十百")), "KZ_ZS", TooLong),
        (with("KZ_ZS", json!("一\u{202e}二")), "KZ_ZS", ForbiddenCharacter),
        (with("KZ_ZS", json!([{"a": "b"}])), "KZ_ZS", WrongKind),
        (with("KZ_CLRQ", json!("2026-02-30")), "KZ_CLRQ", WrongDate),
        (with("KZ_CLRQ", json!("长期")), "KZ_CLRQ", WrongDate),
        (with("ZZBFRQ", json!("昨天")), "ZZBFRQ", WrongDate),
        (with("ZZYXQJZRQ", json!("2020-01-01")), "ZZYXQJZRQ", DateOrder),
        (with("ZZYXQJZRQ", json!(" ")), "ZZYXQJZRQ", Missing),
        (with("KZ_MJ", json!("1,000")), "KZ_MJ", WrongNumber),
        (with("KZ_DW", json!("11110108690017781B")), "KZ_DW", BadCheckDigit),
        (with("KZ_SFZ", json!("110105194912310021")), "KZ_SFZ", BadCheckDigit),
        (with("KZ_SFZ", json!("11010519491331002X")), "KZ_SFZ", WrongCode),
        (with("KZ_XB", json!("他")), "KZ_XB", NotInDictionary),
        (with("KZ_MX", json!([{"fe": "1"}])), "KZ_MX.1.xm", Missing),
        (with("KZ_MX", json!([{"xm": "甲", "zz": "1"}])), "KZ_MX.1.zz", UnknownField),
        (with("KZ_MX", json!([{"xm": "甲"}, {"xm": "乙"}, {"xm": "丙"}])), "KZ_MX", TooMany),
        (with("KZ_MX", json!("甲")), "KZ_MX", WrongKind),
        (with("KZ_XX", json!("甲")), "KZ_XX", UnknownField),
        (with("ZZBFJG", json!("别的局")), "ZZBFJG", NotAllowed),
        (with("ZZBS", json!("1.2")), "ZZBS", NotAllowed),
        (with("CZZTDM", json!("91110108690017781A")), "CZZTDM", BadCheckDigit),
        (with("CZZTDMLXDM", json!("002")), "CZZTDMLXDM", NotInDictionary),
        (with("photos", json!({"KZ_YY": "AAAA"})), "KZ_YY", UnknownField),
        (with("holders", json!([{"name": "甲", "code": "11010519491231002X", "code_type": "111"}])), "CZZT", NotAllowed),
    ];
    for (input, field, code) in cases {
        let found = problems(input.clone());
        assert!(found.contains(&(field.into(), code)), "{input}: {found:?}");
    }
}

#[test]
fn all_mistakes_are_told_at_once_and_without_the_values() {
    let mut input = with("KZ_MJ", json!("秘密一"));
    input["KZ_CLRQ"] = json!("秘密二");
    input["CZZTDM"] = json!("秘密三");
    let found = check(&licence_type(), FaceInput::from_json(input).expect("shape")).expect_err("three mistakes");
    assert_eq!(found.len(), 3);
    assert!(!format!("{found:?}").contains("秘密"));
}

#[test]
fn several_holders_are_checked_one_by_one() {
    let mut input = good();
    for code in ["CZZT", "CZZTDM", "CZZTDMLXDM"] {
        input.as_object_mut().and_then(|o| o.remove(code));
    }
    input["holders"] = json!([
        {"name": "王𠮷", "code": "11010519491231002x", "code_type": "111"},
        {"name": "", "code": "11010519491231002X", "code_type": "111"}
    ]);
    assert_eq!(problems(input.clone()), [("holders.2.name".to_owned(), ProblemCode::Missing)]);
    input["holders"][1]["name"] = json!("李䶮");
    assert_eq!(problems(input), []);
}

#[test]
fn a_csv_row_reads_like_a_json_object() {
    let row = [("\u{feff}CZZT", "甲"), ("KZ_MX", r#"[{"xm":"乙"}]"#), ("KZ_ZS", ""), ("ZZBFRQ", "2026-11-20")];
    let input = FaceInput::from_row(row).expect("row");
    let same = json!({"CZZT": "甲", "KZ_MX": [{"xm": "乙"}], "ZZBFRQ": "2026-11-20"});
    assert_eq!(input, FaceInput::from_json(same).expect("shape"));
    assert!(FaceInput::from_row([("KZ_MX", "[{]")]).is_err());
    let message = FaceInput::from_json(json!({"KZ_MJ": 125.6})).expect_err("a bare number").to_string();
    assert!(message.contains("text") && !message.contains("125"), "{message}");
}

#[test]
fn numbers_are_plain_decimals() {
    for good in ["0", "0.5", "-3", "125.60", "1000000"] {
        assert!(is_decimal(good), "{good}");
    }
    for bad in ["", "-", ".5", "5.", "1e3", "01", "1 000", "+1", "１"] {
        assert!(!is_decimal(bad), "{bad}");
    }
}
