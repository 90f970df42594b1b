//! Deliveries on both databases, to receivers that are slow, down, or refuse: at least once, in order, signed, and never two processes at once.

mod common;

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, http::StatusCode, routing::post};
use base64::{Engine, engine::general_purpose::STANDARD};
use common::{
    Place,
    authority::{BUSINESS_LICENCE, actor, face, request, services},
};
use elicence::{
    clients::{FetchLimits, Fetcher, TextMessageClient, WebhookClient, address_guard::AddressGuard, text_message::USUAL_TEMPLATE, webhook},
    domain::{
        actor::Actor,
        event::EventKind,
        page::PageRequest,
        subscription::{Channel, DeliveryState, EventFilter, Patience},
    },
    services::{DeliveryView, HolderContact, LaneLease, Messengers, NewSubscription, Refusal, Services},
};
use ring::hmac;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

/// One post that arrived.
#[derive(Clone, Debug)]
struct Post {
    id: String,
    at: String,
    signature: String,
    body: serde_json::Value,
    text: String,
}

/// A receiver on a loopback port. `answers` says, post by post, with what status and after how many milliseconds; then always 204.
#[derive(Clone)]
struct Receiver {
    url: String,
    posts: Arc<Mutex<Vec<Post>>>,
    answers: Arc<Mutex<Vec<(u16, u64)>>>,
}

impl Receiver {
    async fn start(answers: &[(u16, u64)]) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/events", listener.local_addr().unwrap());
        let answers = Arc::new(Mutex::new(answers.iter().rev().copied().collect()));
        let receiver = Self { url, posts: Arc::default(), answers };
        let router = Router::new().route("/events", post(take)).with_state(receiver.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        receiver
    }

    fn posts(&self) -> Vec<Post> {
        self.posts.lock().unwrap().clone()
    }

    fn kinds(&self) -> Vec<String> {
        self.posts().iter().map(|post| post.body["type"].as_str().unwrap().to_owned()).collect()
    }

    fn ids(&self) -> Vec<String> {
        self.posts().into_iter().map(|post| post.id).collect()
    }
}

async fn take(State(receiver): State<Receiver>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let header = |name: &str| headers[name].to_str().unwrap().to_owned();
    let post = Post {
        id: header("webhook-id"),
        at: header("webhook-timestamp"),
        signature: header("webhook-signature"),
        body: serde_json::from_slice(&body).unwrap(),
        text: String::from_utf8(body.to_vec()).unwrap(),
    };
    receiver.posts.lock().unwrap().push(post);
    let (status, wait) = receiver.answers.lock().unwrap().pop().unwrap_or((204, 0));
    tokio::time::sleep(Duration::from_millis(wait)).await;
    StatusCode::from_u16(status).unwrap()
}

fn client(allowed: &[&str]) -> WebhookClient {
    let limits = FetchLimits { timeout: Duration::from_secs(5), ..FetchLimits::default() };
    WebhookClient::new(Fetcher::new(AddressGuard::new(allowed.iter().copied()), limits).unwrap(), true)
}

fn messengers() -> Messengers {
    let patience = Patience { first_wait: Duration::from_millis(20), longest_wait: Duration::from_millis(60), attempts: 4 };
    Messengers { webhooks: Some(client(&["127.0.0.1"])), patience, ..Messengers::default() }
}

async fn with(place: &Place, messengers: Messengers) -> Arc<Services> {
    let services = Arc::into_inner(services(place).await).expect("nobody else has it");
    // What the start announces is over before anybody subscribes.
    services.number_events().await.unwrap();
    services.fan_out().await.unwrap();
    Arc::new(services.with_messengers(messengers))
}

async fn subscribe(services: &Services, url: &str, kinds: &[EventKind]) -> (String, String) {
    let filter = EventFilter { kinds: kinds.to_vec(), types: vec![] };
    let new = NewSubscription { organisation: None, channel: Channel::Webhook, target: url.into(), filter };
    let made = services.make_subscription(&actor("a"), new).await.unwrap();
    (made.subscription.subscription_id, made.secret.unwrap())
}

/// Mints a licence and verifies it `times` times; every event gets its deliveries.
async fn happen(services: &Arc<Services>, times: usize) {
    let minted = services.mint_licence(&actor("a"), request(BUSINESS_LICENCE, 0, None)).await.unwrap();
    services.number_events().await.unwrap();
    for _ in 0..times {
        services.verify_code(&minted.qr_text, true, None).await.unwrap();
        services.number_events().await.unwrap();
    }
    services.fan_out().await.unwrap();
}

/// Name, code and type of code of the licence's holder.
fn holder() -> [String; 3] {
    let mut input = face(BUSINESS_LICENCE, 0);
    ["CZZT", "CZZTDM", "CZZTDMLXDM"].map(|field| input.take_text(field).unwrap())
}

/// Delivers again and again until nothing waits.
async fn deliver_all(services: &Arc<Services>) {
    let begun = Instant::now();
    while !list(services, Some(DeliveryState::Waiting)).await.is_empty() {
        services.deliver_waiting().await.unwrap();
        assert!(begun.elapsed() < Duration::from_secs(60), "something waits for ever");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn list(services: &Services, state: Option<DeliveryState>) -> Vec<DeliveryView> {
    services.list_deliveries(&actor("a"), None, state, PageRequest::first()).await.unwrap().items
}

/// Is this signature in the header, made with this secret?
fn is_signed(post: &Post, secret: &str) -> bool {
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &key), format!("{}.{}.{}", post.id, post.at, post.text).as_bytes());
    post.signature.split(' ').any(|signature| signature == format!("v1,{}", STANDARD.encode(tag)))
}

#[tokio::test(flavor = "multi_thread")]
async fn events_arrive_in_order_signed_and_without_personal_data() {
    for place in common::places().await {
        let (services, receiver) = (with(&place, messengers()).await, Receiver::start(&[]).await);
        let (id, secret) = subscribe(&services, &receiver.url, &[]).await;
        let revoked_only = Receiver::start(&[]).await;
        subscribe(&services, &revoked_only.url, &[EventKind::LicenceRevoked]).await;
        happen(&services, 3).await;
        assert_eq!(services.deliver_waiting().await.unwrap(), 4);
        assert_eq!(services.deliver_waiting().await.unwrap(), 0);
        assert_eq!(receiver.kinds(), ["licence-minted", "licence-verified", "licence-verified", "licence-verified"]);
        assert!(revoked_only.posts().is_empty());
        assert!(receiver.posts().iter().all(|post| is_signed(post, &secret)));
        let [name, code, _] = holder();
        assert!(receiver.posts().iter().all(|post| !post.text.contains(&name) && !post.text.contains(&code)));
        let delivered = list(&services, Some(DeliveryState::Delivered)).await;
        assert!(delivered.len() == 4 && delivered.iter().all(|d| d.attempts == 1 && d.subscription_id.as_deref() == Some(&id)));

        services.remove_subscription(&actor("a"), &id).await.unwrap();
        happen(&services, 0).await;
        services.deliver_waiting().await.unwrap();
        assert_eq!(receiver.posts().len(), 4);
        assert!(matches!(services.remove_subscription(&actor("a"), &id).await, Err(Refusal::NotFound)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receiver_that_is_down_gets_everything_in_order_when_it_is_back() {
    for place in common::places().await {
        let receiver = Receiver::start(&[(503, 0), (500, 0), (204, 0), (429, 0)]).await;
        let services = with(&place, messengers()).await;
        subscribe(&services, &receiver.url, &[]).await;
        happen(&services, 2).await;
        deliver_all(&services).await;
        // 503, 500, taken; 429, taken; taken.
        let (kinds, ids) = (receiver.kinds(), receiver.ids());
        assert_eq!(kinds[..3], ["licence-minted"; 3]);
        assert_eq!(kinds.len(), 6);
        assert!(ids[0] == ids[1] && ids[1] == ids[2] && ids[3] == ids[4], "an attempt that is repeated keeps its id");
        assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 3);
        assert_eq!(list(&services, Some(DeliveryState::Delivered)).await.len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_never_taken_becomes_a_dead_letter_and_can_be_tried_again() {
    for place in common::places().await {
        let receiver = Receiver::start(&[(500, 0), (500, 0), (500, 0), (500, 0)]).await;
        let services = with(&place, messengers()).await;
        subscribe(&services, &receiver.url, &[]).await;
        happen(&services, 1).await;
        deliver_all(&services).await;
        let dead = list(&services, Some(DeliveryState::Dead)).await;
        assert_eq!((dead.len(), dead[0].attempts, dead[0].kind), (1, 4, EventKind::LicenceMinted));
        assert!(dead[0].last_error.as_deref().unwrap().contains("status 500"));
        assert_eq!(receiver.kinds().last().unwrap(), "licence-verified", "the next one goes out");

        let id = &dead[0].delivery_id;
        let stranger = Actor {
            department: elicence::domain::payload::Party { code: "11100000000013338W".into(), ..actor("s").department },
            roles: vec![elicence::domain::actor::Role::System],
            ..actor("s")
        };
        assert!(matches!(services.retry_delivery(&stranger, id).await, Err(Refusal::NotFound)));
        assert_eq!(services.retry_delivery(&actor("a"), id).await.unwrap().state, DeliveryState::Waiting);
        deliver_all(&services).await;
        assert!(list(&services, Some(DeliveryState::Dead)).await.is_empty());
        assert_eq!(receiver.ids().last(), Some(id));
        assert!(matches!(services.retry_delivery(&actor("a"), id).await, Err(Refusal::NotDead)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_process_that_dies_after_sending_leaves_it_to_another_under_the_same_id() {
    for place in common::places().await {
        // The first answer takes so long that its process is dead before it comes.
        let receiver = Receiver::start(&[(204, 3000)]).await;
        let quick = || Messengers { lease: LaneLease(Duration::from_millis(800)), ..messengers() };
        let (first, second) = (with(&place, quick()).await, with(&place, quick()).await);
        subscribe(&first, &receiver.url, &[]).await;
        happen(&first, 1).await;
        let dying = tokio::spawn({
            let first = first.clone();
            async move { first.deliver_waiting().await }
        });
        while receiver.posts().is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        dying.abort();
        let _ = dying.await;
        assert_eq!(second.deliver_waiting().await.unwrap(), 0, "while the lease lasts nobody else delivers");
        assert_eq!(receiver.posts().len(), 1);
        deliver_all(&second).await;
        let ids = receiver.ids();
        assert_eq!((ids.len(), ids[0] == ids[1], ids[1] == ids[2]), (3, true, false));
        assert_eq!(receiver.kinds(), ["licence-minted", "licence-minted", "licence-verified"]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_never_send_the_same_attempt() {
    for place in common::places().await {
        let receiver = Receiver::start(&[(204, 20); 9]).await;
        let both = [with(&place, messengers()).await, with(&place, messengers()).await];
        subscribe(&both[0], &receiver.url, &[]).await;
        happen(&both[0], 8).await;
        let (a, b) = tokio::join!(both[0].deliver_waiting(), both[1].deliver_waiting());
        assert_eq!(a.unwrap() + b.unwrap(), 9);
        assert_eq!(receiver.ids().into_iter().collect::<BTreeSet<_>>().len(), 9);
        assert_eq!(receiver.posts().len(), 9);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_receiver_keeps_no_other_waiting() {
    for place in common::places().await {
        let (slow, quick) = (Receiver::start(&[(204, 4000)]).await, Receiver::start(&[]).await);
        let services = with(&place, messengers()).await;
        subscribe(&services, &slow.url, &[]).await;
        subscribe(&services, &quick.url, &[]).await;
        happen(&services, 2).await;
        let delivering = tokio::spawn({
            let services = services.clone();
            async move { services.deliver_waiting().await }
        });
        let begun = Instant::now();
        while quick.posts().len() < 3 {
            assert!(begun.elapsed() < Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert!(slow.posts().len() <= 1, "the slow one still has the first");
        assert_eq!(delivering.await.unwrap().unwrap(), 6);
        assert_eq!(slow.posts().len(), 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn for_a_day_the_old_and_the_new_secret_sign() {
    for place in common::places().await {
        let (services, receiver) = (with(&place, messengers()).await, Receiver::start(&[]).await);
        let (id, old) = subscribe(&services, &receiver.url, &[]).await;
        let new = services.renew_secret(&actor("a"), &id).await.unwrap().secret.unwrap();
        assert_ne!(old, new);
        happen(&services, 0).await;
        services.deliver_waiting().await.unwrap();
        let newest = services.renew_secret(&actor("a"), &id).await.unwrap().secret.unwrap();
        happen(&services, 0).await;
        services.deliver_waiting().await.unwrap();
        let posts = receiver.posts();
        assert_eq!((is_signed(&posts[0], &old), is_signed(&posts[0], &new)), (true, true));
        assert_eq!((is_signed(&posts[1], &old), is_signed(&posts[1], &new), is_signed(&posts[1], &newest)), (false, true, true));
        // Neither address nor secret stands in the clear, and no list shows the secret.
        let store = place.open().await;
        let rows = store.database.read("select * from subscriptions", Vec::new()).await.unwrap();
        assert!(rows.iter().all(|row| !row.bytes("target").unwrap().windows(9).any(|part| part == b"127.0.0.1")));
        let listed = services.list_subscriptions(&actor("a"), None, PageRequest::first()).await.unwrap();
        assert!(!serde_json::to_string(&listed).unwrap().contains("whsec_"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_leads_into_the_operators_own_network() {
    let place = Place::sqlite();
    let receiver = Receiver::start(&[]).await;
    let services = with(&place, Messengers { webhooks: Some(client(&[])), ..messengers() }).await;
    subscribe(&services, &receiver.url, &[]).await;
    happen(&services, 0).await;
    deliver_all(&services).await;
    assert!(receiver.posts().is_empty());
    assert_eq!(list(&services, Some(DeliveryState::Dead)).await.len(), 1);
    for target in ["ftp://example.org/", "https://user:word@example.org/", "nonsense"] {
        let new = NewSubscription { organisation: None, channel: Channel::Webhook, target: target.into(), filter: EventFilter::default() };
        assert!(matches!(services.make_subscription(&actor("a"), new).await, Err(Refusal::BadTarget(Channel::Webhook))), "{target}");
    }
    let mail =
        NewSubscription { organisation: None, channel: Channel::Mail, target: "a@example.org".into(), filter: EventFilter::default() };
    assert!(matches!(services.make_subscription(&actor("a"), mail).await, Err(Refusal::BadTarget(Channel::Mail))), "no mail server");
    let foreign = NewSubscription {
        organisation: Some("11100000000013338W".into()),
        channel: Channel::Webhook,
        target: receiver.url,
        filter: EventFilter::default(),
    };
    assert!(matches!(services.make_subscription(&actor("a"), foreign).await, Err(Refusal::NotYourOrganisation)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_holder_is_told_by_the_gateway_of_text_messages() {
    for place in common::places().await {
        let gateway = Receiver::start(&[(503, 0)]).await;
        let secret = webhook::written(&[7; 32]);
        let template = USUAL_TEMPLATE.replace("\"to\"", "\"type\":\"sms\",\"to\"");
        let sms = TextMessageClient::new(client(&["127.0.0.1"]), gateway.url.clone(), template, webhook::read(&secret).unwrap());
        let services = with(&place, Messengers { sms: Some(sms), ..messengers() }).await;
        let [name, code, code_type] = holder();
        let contact = |address: Option<&str>| HolderContact {
            code_type: code_type.clone(),
            code: code.clone(),
            channel: Channel::Sms,
            address: address.map(str::to_owned),
        };
        services.set_contact(&actor("a"), contact(Some("+8613800000001"))).await.unwrap();
        services.set_contact(&actor("a"), contact(Some("+8613800000002"))).await.unwrap();
        assert!(matches!(services.set_contact(&actor("a"), contact(Some("no number"))).await, Err(Refusal::BadTarget(Channel::Sms))));
        // A verification does not concern the holder, the mint does.
        happen(&services, 1).await;
        deliver_all(&services).await;
        let posts = gateway.posts();
        assert_eq!(posts.len(), 2, "refused once, then taken");
        assert_eq!(posts[0].id, posts[1].id);
        assert!(is_signed(&posts[1], &secret));
        assert_eq!(posts[1].body["to"], "+8613800000002");
        let text = posts[1].body["text"].as_str().unwrap();
        assert!(text.contains("营业执照") && text.contains("has been issued") && !text.contains(&name), "{text}");

        services.set_contact(&actor("a"), contact(None)).await.unwrap();
        happen(&services, 0).await;
        deliver_all(&services).await;
        assert_eq!(gateway.posts().len(), 2);
    }
}
