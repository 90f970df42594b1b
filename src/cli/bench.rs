//! `elicence bench`: the work of the performance peers, done by this program and timed stage by stage.
//!
//! DIR/assets holds what the peers use: `bg.jpg`, `cjk.ttf`, `fields.jsonl`, keys and certificates. Every stage works on fresh
//! buffers; set-up and warm-up are not counted.

mod peer_page;

use crate::cli::exit::{Exit, Failure, Outcome};
use crate::domain::verdict::Verdict;
use crate::keys::{FileKey, file_key::read_chain, private_key::PrivateKey};
use crate::pdf::unsealed::Unsealed;
use crate::seal::{Certify, SealSpec, SignerFacts, prepare, sign, signer::Signer};
use crate::verify::{Anchor, Evidence, Limits, Policy, conclude, examine};
use clap::Args;
use peer_page::{PeerPage, Record};
use std::fs;
use std::path::PathBuf;
use std::time::Instant;
use time::OffsetDateTime;

/// Do and time the work of the performance peers.
#[derive(Args)]
pub struct BenchArgs {
    /// The folder of the peers; samples go to its `out/`.
    #[arg(long, value_name = "DIR")]
    peer_work: PathBuf,
    /// How many documents a stage.
    #[arg(value_name = "N")]
    count: usize,
}

/// Documents before the clock starts.
const WARM_UP: usize = 20;
/// Sealed files that the verify stages take in turn.
const ROTATION: usize = 16;
/// Inputs that are made ahead while the clock stands.
const BATCH: usize = 256;

/// Runs the stages and prints `stage,count,user_seconds,wall_seconds`.
pub fn run(arguments: BenchArgs) -> Outcome {
    let bench = Bench { folder: arguments.peer_work, count: arguments.count.max(1) };
    fs::create_dir_all(bench.folder.join("out")).map_err(|error| Failure::new(Exit::CannotWrite, error))?;
    let records = Record::read(&bench.folder.join("assets/fields.jsonl"), ROTATION + WARM_UP)?;
    let page = PeerPage::prepare(&bench.folder.join("assets"))?;
    let draw = |index: usize| page.draw(&records[index % records.len()]);

    let first = bench.stage("render", draw)?;
    bench.keep("elicence", &first.bytes)?;
    for kind in ["p256", "rsa2048"] {
        let key = bench.key(kind)?;
        let facts = SignerFacts::of(&key).map_err(wrong)?;
        let spec = spec();
        let mut drawn = 0;
        let unsealed = || {
            drawn += 1;
            draw(drawn)
        };
        let sealed = bench.stage_with(&format!("seal_{kind}"), unsealed, |document| seal(document, &spec, &facts, &key))?;
        bench.keep(&format!("elicence_{kind}"), &sealed)?;
        let files = (0..ROTATION).map(|index| seal(draw(index)?, &spec, &facts, &key)).collect::<Result<Vec<_>, _>>()?;
        let root = fs::read_to_string(bench.folder.join(format!("assets/{kind}_root.pem"))).map_err(wrong)?;
        let evidence = Evidence { anchors: Anchor::from_pem(&root).map_err(wrong)?, ..Evidence::default() };
        let now = OffsetDateTime::now_utc();
        let mut turn = 0;
        let fresh = || {
            turn += 1;
            Ok(files[turn % ROTATION].clone())
        };
        bench.stage_with(&format!("verify_{kind}"), fresh, |bytes| verify(&bytes, &evidence, now))?;
    }
    Ok(Exit::Ok)
}

fn wrong(error: impl std::fmt::Display) -> Failure {
    Failure::new(Exit::Usage, error)
}

fn spec() -> SealSpec {
    SealSpec {
        field_name: "Seal".into(),
        signing_time: OffsetDateTime::now_utc(),
        appearance: None,
        tooltip: "Seal".into(),
        name: None,
        reason: Some("issue".into()),
        location: None,
        certify: Some(Certify::MayAugment),
        room: 0,
    }
}

fn seal(document: Unsealed, spec: &SealSpec, facts: &SignerFacts, key: &dyn Signer) -> Result<Vec<u8>, Failure> {
    let (prepared, permit) = prepare(document, spec, facts).map_err(wrong)?;
    sign(prepared, permit, key).and_then(|signed| signed.finish(None)).map_err(wrong)
}

/// The whole verification of the command line. A document that is not valid ends the bench: a wrong answer has no speed.
fn verify(bytes: &[u8], evidence: &Evidence, now: OffsetDateTime) -> Result<(), Failure> {
    let examined = examine(bytes, &Limits::default()).map_err(wrong)?;
    let report = conclude(&examined, evidence, &Policy::default(), now);
    if report.verdict == Verdict::Valid { Ok(()) } else { Err(wrong(format!("a sample is not valid: {:?}", report.reasons))) }
}

struct Bench {
    folder: PathBuf,
    count: usize,
}

impl Bench {
    fn stage<T>(&self, name: &str, work: impl FnMut(usize) -> Result<T, Failure>) -> Result<T, Failure> {
        let mut index = 0;
        let next = || {
            index += 1;
            Ok(index - 1)
        };
        self.stage_with(name, next, work)
    }

    /// Times `work` alone, on inputs that are made in batches while the clock stands; returns the first result.
    fn stage_with<I, T>(
        &self,
        name: &str,
        mut make: impl FnMut() -> Result<I, Failure>,
        mut work: impl FnMut(I) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        for _ in 0..WARM_UP {
            work(make()?)?;
        }
        let mut first = None;
        let (mut user, mut wall, mut done) = (0.0, 0.0, 0);
        while done < self.count {
            let batch = (0..BATCH.min(self.count - done)).map(|_| make()).collect::<Result<Vec<_>, _>>()?;
            done += batch.len();
            let (user_before, wall_before) = (processor_seconds()?, Instant::now());
            for input in batch {
                let result = work(input)?;
                first.get_or_insert(result);
            }
            wall += wall_before.elapsed().as_secs_f64();
            user += processor_seconds()? - user_before;
        }
        println!("{name},{done},{user:.4},{wall:.4}");
        first.ok_or_else(|| wrong("nothing was done"))
    }
}

impl Bench {
    fn keep(&self, name: &str, bytes: &[u8]) -> Result<(), Failure> {
        let path = self.folder.join(format!("out/{name}.pdf"));
        fs::write(&path, bytes).map_err(|error| Failure::new(Exit::CannotWrite, format!("{}: {error}", path.display())))
    }

    /// The peers' keys are not encrypted, so they do not come through the key store of this program.
    fn key(&self, kind: &str) -> Result<FileKey, Failure> {
        let chain = self.folder.join(format!("assets/{kind}_leaf.pem"));
        let pem = fs::read_to_string(self.folder.join(format!("assets/{kind}_key.pem"))).map_err(wrong)?;
        let (_, der) = pkcs8::SecretDocument::from_pem(&pem).map_err(wrong)?;
        let key = PrivateKey::from_pkcs8(der.as_bytes()).ok_or_else(|| wrong(format!("{kind}_key.pem is no key that we take")))?;
        FileKey::pair(key, read_chain(&chain).map_err(wrong)?, &chain).map_err(wrong)
    }
}

/// Processor time of this thread, user and system together: a little more than the user time that the peers report, never less.
fn processor_seconds() -> Result<f64, Failure> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").map_err(wrong)?;
    let nanoseconds = text.split(' ').next().and_then(|number| number.parse::<u64>().ok());
    nanoseconds.map(|nanoseconds| nanoseconds as f64 / 1e9).ok_or_else(|| wrong("/proc/thread-self/schedstat is not readable"))
}
