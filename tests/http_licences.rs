//! The life of a licence through real HTTP: minted, read, downloaded, verified, revoked; and every refusal on the way.

mod common;

use common::authority::{self, BUSINESS_LICENCE};
use common::web::{Web, problem};
use reqwest::StatusCode;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

const CONSTRUCTOR: &str = "11100000000013338W001";

async fn verify(web: &Web, document: Vec<u8>) -> Value {
    let request = web.post("/api/v1/verifications").header("content-type", "application/pdf").body(document);
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.json().await.unwrap()
}

async fn verify_code(web: &Web, text: &Value) -> String {
    let response = web.post("/api/v1/verifications/qr").json(&json!({ "text": text })).send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.json::<Value>().await.unwrap()["qr"]["verdict"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_licence_lives_and_ends() {
    let web = Web::start().await;
    let minted = web.mint(CONSTRUCTOR, 0).await;
    let path = format!("/api/v1/licences/{}", minted["identifier"].as_str().unwrap());

    let read: Value = web.get(&path).bearer_auth(web.issuer.expose()).send().await.unwrap().json().await.unwrap();
    assert_eq!(read["state"], "active");
    assert_eq!(read["payload"]["number"], minted["number"]);
    assert_eq!(read["qr"], minted["qr"]);

    let document = web.document(&minted).await;
    let report = verify(&web, document.clone()).await;
    assert_eq!(report["verdict"], "valid", "{report}");
    assert_eq!(report["status"]["state"], "active");
    assert_eq!(report["licence"]["holder"], read["payload"]["holders"][0]["name"]);
    let form = Form::new().part("document", Part::bytes(document.clone()).file_name("licence.pdf"));
    let uploaded: Value = web.post("/api/v1/verifications").multipart(form).send().await.unwrap().json().await.unwrap();
    assert_eq!(uploaded["verdict"], "valid");
    assert_eq!(verify_code(&web, &minted["qr"]).await, "VALID");

    let lists = web.get("/api/v1/status-lists/1").send().await.unwrap();
    assert_eq!(lists.headers()["content-type"], "application/statuslist+cwt");
    let before = lists.bytes().await.unwrap();

    let revoke = || web.post(&format!("{path}/revocation")).json(&json!({ "reason": "持证人申请后查明材料虚假" }));
    let revoked = revoke().bearer_auth(web.supervisor.expose()).send().await.unwrap();
    assert_eq!(revoked.status(), StatusCode::OK);
    assert_eq!(revoked.json::<Value>().await.unwrap()["state"], "revoked");
    problem(revoke().bearer_auth(web.supervisor.expose()), 409, "WRONG_STATE").await;

    let report = verify(&web, document).await;
    assert_eq!((&report["verdict"], &report["reasons"][0]["code"]), (&json!("invalid"), &json!("REVOKED")));
    assert_eq!(report["signatures"][0]["indication"], "TOTAL-PASSED", "the seal itself stays intact");
    assert_eq!(verify_code(&web, &minted["qr"]).await, "REVOKED");
    let after = web.get("/api/v1/status-lists/1").send().await.unwrap().bytes().await.unwrap();
    assert_ne!(before, after, "the list tells of the revocation at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_gives_the_same_licence() {
    let web = Web::start().await;
    let mint_under = |key: &str, row: usize| {
        let body = json!({ "type": BUSINESS_LICENCE, "face": authority::face(BUSINESS_LICENCE, row) });
        web.post("/api/v1/licences").bearer_auth(web.issuer.expose()).header("Idempotency-Key", key).json(&body)
    };
    let mint = |row| mint_under("case-2026-17", row);
    let first: Value = mint(0).send().await.unwrap().json().await.unwrap();
    let second: Value = mint(0).send().await.unwrap().json().await.unwrap();
    assert!(first["identifier"].is_string());
    assert_eq!(first, second);
    problem(mint(1), 422, "IDEMPOTENCY_KEY_REUSED").await;
    problem(mint_under("印", 0), 400, "BAD_IDEMPOTENCY_KEY").await;
    problem(mint_under(&"k".repeat(201), 0), 400, "BAD_IDEMPOTENCY_KEY").await;
    problem(mint(0).header("Idempotency-Key", "another"), 400, "BAD_IDEMPOTENCY_KEY").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_is_refused() {
    let web = Web::start().await;
    let minted = web.mint(BUSINESS_LICENCE, 0).await;
    let path = format!("/api/v1/licences/{}", minted["identifier"].as_str().unwrap());
    let body = json!({ "type": BUSINESS_LICENCE, "face": authority::face(BUSINESS_LICENCE, 1) });
    let reason = json!({ "reason": "理由充分" });

    let (headers, _) = problem(web.get(&path), 401, "UNAUTHENTICATED").await;
    assert!(headers["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
    problem(web.get(&path).bearer_auth("elk_guess"), 401, "UNAUTHENTICATED").await;
    problem(web.post("/api/v1/licences").json(&body), 401, "UNAUTHENTICATED").await;
    problem(web.post("/api/v1/licences").bearer_auth(web.supervisor.expose()).json(&body), 403, "FORBIDDEN").await;
    problem(web.post("/api/v1/licences").bearer_auth(web.stranger.expose()).json(&body), 403, "NOT_YOUR_TYPE").await;
    problem(web.post(&format!("{path}/revocation")).bearer_auth(web.issuer.expose()).json(&reason), 403, "FORBIDDEN").await;
    // Another department does not even learn that the licence exists.
    problem(web.get(&path).bearer_auth(web.stranger.expose()), 404, "NOT_FOUND").await;
    problem(web.get(&format!("{path}/document")).bearer_auth(web.stranger.expose()), 404, "NOT_FOUND").await;
    problem(web.post(&format!("{path}/revocation")).bearer_auth(web.stranger.expose()).json(&reason), 404, "NOT_FOUND").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn face_data_that_cannot_be_minted_is_refused_field_by_field() {
    let web = Web::start().await;
    let mint = |body: Value| web.post("/api/v1/licences").bearer_auth(web.issuer.expose()).json(&body);
    let face = |change: &dyn Fn(&mut Value)| {
        let mut face = serde_json::to_value(authority::face(BUSINESS_LICENCE, 0)).unwrap();
        change(&mut face);
        json!({ "type": BUSINESS_LICENCE, "face": face })
    };
    problem(mint(json!({ "type": "11100000MB0143028R999", "face": {} })), 422, "UNKNOWN_TYPE").await;
    for (field, value, code) in [
        ("ZZBFRQ", json!("2026-02-30"), "WRONG_DATE"),
        ("CZZTDM", json!("91999999MA00000000"), "BAD_CHECK_DIGIT"),
        ("KZ_FDDBR", json!("长".repeat(500)), "TOO_LONG"),
        ("KZ_FDDBR", json!(""), "MISSING"),
        ("KZ_NONE", json!("x"), "UNKNOWN_FIELD"),
        ("ZZBFJG", json!("冒名机构"), "NOT_ALLOWED"),
    ] {
        let (_, answer) = problem(mint(face(&|face| face[field] = value.clone())), 422, "BAD_FIELDS").await;
        let found = answer["errors"].as_array().unwrap().iter().any(|error| error["field"] == field && error["code"] == code);
        assert!(found, "{field} {code}: {answer}");
    }
    let (_, answer) = problem(mint(face(&|face| face["KZ_FDDBR"] = json!("王\u{e000}"))), 422, "CANNOT_PRINT").await;
    let title = answer["title"].as_str().unwrap();
    assert!(title.contains("KZ_FDDBR") && title.contains("U+E000"), "{title}");
    let mut portrait = serde_json::to_value(authority::face(CONSTRUCTOR, 0)).unwrap();
    portrait["photos"]["KZ_ZP"] = json!("bm8gcGljdHVyZQ==");
    problem(mint(json!({ "type": CONSTRUCTOR, "face": portrait })), 422, "CANNOT_PRINT").await;
    let statistics = web.services.statistics().await.unwrap();
    assert_eq!((statistics.open_mints, statistics.licences.iter().map(|(_, count)| count).sum::<i64>()), (0, 0), "nothing half-done");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_given_once() {
    let web = Web::start().await;
    let mint = |row: usize| {
        let mut face = serde_json::to_value(authority::face(BUSINESS_LICENCE, row)).unwrap();
        face["ZZBH"] = json!("2026110000777");
        web.post("/api/v1/licences").bearer_auth(web.issuer.expose()).json(&json!({ "type": BUSINESS_LICENCE, "face": face }))
    };
    assert_eq!(mint(0).send().await.unwrap().status(), StatusCode::CREATED);
    problem(mint(1), 409, "NUMBER_TAKEN").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_register_answers_by_digest_and_tells_strangers_nothing() {
    let web = Web::start().await;
    let minted = web.mint(BUSINESS_LICENCE, 0).await;
    let path = format!("/api/v1/licences/{}", minted["identifier"].as_str().unwrap());
    let read: Value = web.get(&path).bearer_auth(web.issuer.expose()).send().await.unwrap().json().await.unwrap();
    let payload = elicence::domain::canonical::to_vec(&read["payload"]).unwrap();
    let question = json!({
        "licence_id": minted["licence_id"], "identifier": minted["identifier"], "signed_digest": read["signed_digest"],
        "payload_digest": elicence::domain::digest::Digest::of(&payload).to_hex(),
    });
    let ask = |question: &Value| web.post("/api/v1/register-questions").json(question).send();
    let reply: Value = ask(&question).await.unwrap().json().await.unwrap();
    assert_eq!((&reply["state"], &reply["payload_digest_matches"]), (&json!("active"), &json!(true)));
    let mut other = question.clone();
    other["signed_digest"] = json!("00".repeat(32));
    let reply: Value = ask(&other).await.unwrap().json().await.unwrap();
    assert_eq!((&reply["state"], &reply["signed_digest_matches"]), (&Value::Null, &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_verified_is_refused_and_what_is_false_is_answered() {
    let web = Web::start().await;
    let upload = |bytes: Vec<u8>| web.post("/api/v1/verifications").header("content-type", "application/pdf").body(bytes);
    problem(upload(b"hello".to_vec()), 422, "NOT_EXAMINABLE").await;
    let document = web.document(&web.mint(BUSINESS_LICENCE, 0).await).await;
    problem(upload(document[..document.len() / 2].to_vec()), 422, "NOT_EXAMINABLE").await;
    let mut changed = document.clone();
    let at = changed.len() / 2;
    changed[at] ^= 1;
    assert_eq!(verify(&web, changed).await["verdict"], "invalid");
    problem(web.post("/api/v1/verifications/qr").json(&json!({ "text": "hello" })), 422, "NOT_A_CODE").await;
}
