// Checks the token of a licence QR code in the browser. Nothing of it leaves this page unless the visitor asks for it.
"use strict";

const LIMITS = { text: 4096, token: 4096, ratio: 20, statusList: 1 << 18 };
const CLOCK_SKEW = 300;
const ALGORITHMS = {
  "-9": { key: { name: "ECDSA", namedCurve: "P-256" }, sign: { name: "ECDSA", hash: "SHA-256" }, name: "ESP256" },
  "-19": { key: { name: "Ed25519" }, sign: { name: "Ed25519" }, name: "Ed25519" },
};
const LICENCE_CLAIM = -70001n;
/** Key in the further fields (claim 10): the first day in force, where it is later than the day of issue. */
const FIRST_DAY_IN_FORCE = 1n;

/** Thrown with a verdict when a step of the check fails. */
class Stop extends Error {
  constructor(verdict, detail) { super(detail); this.verdict = verdict; }
}
const refuse = (condition, detail) => { if (condition) throw new Stop("TAMPERED", detail); };

// ---- text to bytes ------------------------------------------------------------------------------------------------

const digitsOf = (bytes) => Math.ceil(8 * bytes * Math.log10(2));

function bytesFromDigits(digits) {
  refuse(!/^[0-9]+$/.test(digits), "not digits");
  const out = [];
  for (let at = 0; at < digits.length; at += 41) {
    const block = digits.slice(at, at + 41);
    let size = 17;
    if (block.length < 41) {
      size = 1;
      while (digitsOf(size) < block.length) size++;
      refuse(digitsOf(size) !== block.length, "a block of impossible length");
    }
    let value = BigInt(block);
    refuse(value >> BigInt(8 * size) !== 0n, "a block too big");
    const bytes = new Array(size);
    for (let i = size - 1; i >= 0; i--) { bytes[i] = Number(value & 255n); value >>= 8n; }
    out.push(...bytes);
  }
  return new Uint8Array(out);
}

async function inflate(bytes, format, limit) {
  if (typeof DecompressionStream === "undefined") throw new Stop("CANNOT_CHECK", "no DecompressionStream");
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream(format)).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    let step;
    try { step = await reader.read(); } catch { throw new Stop("TAMPERED", "broken compression"); }
    if (step.done) break;
    length += step.value.length;
    if (length > limit) { await reader.cancel(); throw new Stop("TAMPERED", "too big when unpacked"); }
    parts.push(step.value);
  }
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

async function tokenFromFragment(fragment) {
  refuse(fragment.length > LIMITS.text, "too long");
  const bytes = bytesFromDigits(fragment.slice(1));
  if (fragment[0] === "1") return bytes;
  if (fragment[0] === "2") return inflate(bytes, "deflate-raw", Math.min(LIMITS.token, bytes.length * LIMITS.ratio));
  throw new Stop("TAMPERED", "unknown form");
}

// ---- deterministic CBOR (RFC 8949, 4.2.1) ---------------------------------------------------------------------------

function parseCbor(bytes) {
  const state = { bytes, at: 0 };
  const value = readItem(state, 0);
  refuse(state.at !== bytes.length, "bytes after the end");
  return value;
}

function readItem(state, depth) {
  refuse(depth > 8, "nested too deep");
  const { major, argument } = readHead(state);
  switch (major) {
    case 0: return argument;
    case 1: return -1n - argument;
    case 2: return take(state, argument);
    case 3:
      try { return new TextDecoder("utf-8", { fatal: true }).decode(take(state, argument)); }
      catch { throw new Stop("TAMPERED", "text is not UTF-8"); }
    case 4: {
      refuse(argument > 1024n, "a list too long");
      return Array.from({ length: Number(argument) }, () => readItem(state, depth + 1));
    }
    case 5: return readMap(state, argument, depth);
    default: throw new Stop("TAMPERED", "a CBOR type that has no place here");
  }
}

function readMap(state, count, depth) {
  refuse(count > 1024n, "a map too long");
  const map = new Map();
  let before = null;
  for (let i = 0n; i < count; i++) {
    const start = state.at;
    const key = readItem(state, depth + 1);
    refuse(typeof key !== "bigint" && typeof key !== "string", "a strange key");
    const encoded = state.bytes.subarray(start, state.at);
    refuse(before && !isBefore(before, encoded), "keys twice or out of order");
    before = encoded;
    map.set(key, readItem(state, depth + 1));
  }
  return map;
}

function isBefore(a, b) {
  for (let i = 0; i < Math.min(a.length, b.length); i++) if (a[i] !== b[i]) return a[i] < b[i];
  return a.length < b.length;
}

function readHead(state) {
  refuse(state.at >= state.bytes.length, "cut off");
  const first = state.bytes[state.at++];
  const short = first & 31;
  if (short < 24) return { major: first >> 5, argument: BigInt(short) };
  refuse(short > 27, "indefinite length");
  const size = 1 << (short - 24);
  let argument = 0n;
  for (const byte of take(state, BigInt(size))) argument = (argument << 8n) | BigInt(byte);
  const least = size === 1 ? 24n : 1n << BigInt(4 * size);
  refuse(argument < least, "a number longer than it need be");
  return { major: first >> 5, argument };
}

function take(state, length) {
  refuse(length > BigInt(state.bytes.length - state.at), "cut off");
  const start = state.at;
  state.at += Number(length);
  return state.bytes.subarray(start, state.at);
}

// ---- COSE_Sign1 (RFC 9052) -----------------------------------------------------------------------------------------

function parseCose(bytes) {
  const parts = parseCbor(bytes);
  refuse(!Array.isArray(parts) || parts.length !== 4, "not COSE_Sign1");
  const [protectedBytes, unprotected, payload, signature] = parts;
  refuse(!(protectedBytes instanceof Uint8Array && payload instanceof Uint8Array && signature instanceof Uint8Array), "not COSE_Sign1");
  refuse(!(unprotected instanceof Map) || unprotected.size !== 0, "unprotected header");
  const header = parseCbor(protectedBytes);
  refuse(!(header instanceof Map) || typeof header.get(1n) !== "bigint" || !(header.get(4n) instanceof Uint8Array), "header");
  const claims = parseCbor(payload);
  refuse(!(claims instanceof Map), "claims");
  return { protectedBytes, payload, signature, alg: header.get(1n).toString(), kid: hex(header.get(4n)), claims };
}

function cborBytes(bytes) {
  const n = bytes.length;
  const head = n < 24 ? [0x40 | n] : n < 256 ? [0x58, n] : [0x59, n >> 8, n & 255];
  return [...head, ...bytes];
}

function signatureStructure(cose) {
  const context = new TextEncoder().encode("Signature1");
  return new Uint8Array([0x84, 0x60 | context.length, ...context, ...cborBytes(cose.protectedBytes), 0x40, ...cborBytes(cose.payload)]);
}

const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");

async function isSignedBy(cose, key) {
  const algorithm = ALGORITHMS[cose.alg];
  if (!algorithm || !globalThis.crypto || !crypto.subtle) throw new Stop("CANNOT_CHECK", "no such algorithm in this browser");
  let imported;
  try {
    const der = Uint8Array.from(atob(key.public_key), (c) => c.charCodeAt(0));
    imported = await crypto.subtle.importKey("spki", der, algorithm.key, false, ["verify"]);
  } catch (error) {
    throw new Stop("CANNOT_CHECK", String(error));
  }
  return crypto.subtle.verify(algorithm.sign, imported, cose.signature, signatureStructure(cose));
}

async function fetchKeys() {
  let answer;
  try { answer = await fetch("/api/v1/keys", { credentials: "omit" }); } catch { throw new Stop("CANNOT_CHECK", "keys not reachable"); }
  if (!answer.ok) throw new Stop("CANNOT_CHECK", "keys not reachable");
  return answer.json();
}

// ---- the licence token ---------------------------------------------------------------------------------------------

function readLicence(cose) {
  const licence = cose.claims.get(LICENCE_CLAIM);
  refuse(!(licence instanceof Map) || licence.get(0n) !== 1n, "not a licence token");
  const status = licence.get(7n);
  refuse(!Array.isArray(status) || status.length !== 2 || status.some((n) => typeof n !== "bigint"), "status reference");
  const more = licence.get(10n) ?? new Map();
  refuse(!(more instanceof Map), "more fields");
  const text = (value) => (typeof value === "string" ? value : null);
  const number = (value) => (typeof value === "bigint" ? Number(value) : null);
  return {
    issuer: text(cose.claims.get(1n)), issuedAt: number(cose.claims.get(6n)), expires: number(cose.claims.get(4n)),
    type: text(licence.get(2n)), number: text(licence.get(3n)), holder: text(licence.get(4n)),
    issueDay: number(licence.get(5n)), firstDay: number(more.get(FIRST_DAY_IN_FORCE)) ?? number(licence.get(5n)), expiryDay: number(licence.get(6n)),
    list: Number(status[0]), index: Number(status[1]), copy: licence.get(11n) ?? null,
  };
}

/** Days since 1970-01-01 on the calendar of China. */
const today = () => Math.floor((Date.now() / 1000 + 8 * 3600) / 86400);
const day = (days) => new Date(days * 86400000).toISOString().slice(0, 10);

async function findSigner(cose, licence, keys) {
  const candidates = keys.filter((key) => key.kid === cose.kid);
  if (candidates.length === 0) throw new Stop("UNKNOWN_ISSUER", "no key with this id");
  for (const key of candidates) {
    if (String(key.alg) !== cose.alg) continue;
    if (!(await isSignedBy(cose, key))) continue;
    const at = licence.issuedAt;
    const pinned = key.issuer === licence.issuer && key.types.includes(licence.type) && Date.parse(key.not_before) / 1000 <= at && at <= Date.parse(key.not_after) / 1000;
    if (!pinned) throw new Stop("UNKNOWN_ISSUER", "the key may not sign for this issuer and type");
    return key;
  }
  throw new Stop("TAMPERED", "signature");
}

/** The state in the status list: the whole list is fetched, so the server does not learn which licence was meant. */
async function statusOf(licence, keys) {
  const answer = await fetch(`/api/v1/status-lists/${licence.list}`, { credentials: "omit", headers: { accept: "application/statuslist+cwt" } });
  if (!answer.ok) return null;
  let bytes = new Uint8Array(await answer.arrayBuffer());
  if (bytes[0] === 0xd2) bytes = bytes.subarray(1);
  const cose = parseCose(bytes);
  const subject = cose.claims.get(2n);
  if (cose.claims.get(1n) !== licence.issuer || typeof subject !== "string" || subject.split("/").pop() !== String(licence.list)) return null;
  let genuine = false;
  for (const key of keys.filter((key) => key.kid === cose.kid && String(key.alg) === cose.alg && key.issuer === licence.issuer)) {
    genuine ||= await isSignedBy(cose, key);
  }
  if (!genuine) return null;
  const expires = cose.claims.get(4n);
  if (typeof expires !== "bigint" || Number(expires) < Date.now() / 1000) return null;
  const list = cose.claims.get(65533n);
  if (!(list instanceof Map) || list.get("bits") !== 2n) return null;
  const states = await inflate(list.get("lst"), "deflate", LIMITS.statusList);
  const byte = states[licence.index >> 2];
  return byte === undefined ? null : (byte >> (2 * (licence.index & 3))) & 3;
}

async function check(fragment) {
  const cose = parseCose(await tokenFromFragment(fragment));
  const licence = readLicence(cose);
  const keys = await fetchKeys();
  const key = await findSigner(cose, licence, keys);
  const found = (verdict) => ({ verdict, licence, cose, key });
  const early = licence.issuedAt > Date.now() / 1000 + CLOCK_SKEW || (licence.firstDay !== null && licence.firstDay > today());
  if (early) return found("NOT_YET");
  const ended = (licence.expiryDay !== null && licence.expiryDay < today()) || (licence.expires !== null && licence.expires < Date.now() / 1000);
  if (ended) return found("EXPIRED");
  if (licence.copy !== null) return found("NOT_FOR_YOU");
  let state = null;
  try { state = await statusOf(licence, keys); } catch (error) { console.info("status list:", error.message); }
  if (state) return found(["", "REVOKED", "SUSPENDED", "SUPERSEDED"][state]);
  return found(state === 0 ? "VALID" : "VALID_AS_OF");
}

// ---- the page ------------------------------------------------------------------------------------------------------

const SAY = {
  VALID: ["yes", "✓", "真实有效", "Genuine and in force", "请将下列信息与出示的证照逐项对照。", "Compare the lines below with the licence that you are shown."],
  VALID_AS_OF: ["maybe", "✓", "签名真实，当前状态未查到", "Genuine when issued; present state not known", "暂时无法取得状态列表。请稍后联网重试，或请窗口人员查询登记状态。", "The status list could not be fetched. Try again online, or ask at the counter."],
  NOT_YET: ["no", "✗", "尚未生效", "Not yet in force", "请在生效日期之后使用。", "Use it from its first day of validity."],
  EXPIRED: ["no", "✗", "已过有效期", "Expired", "请持证人到颁发机构办理延续或换发。", "The holder should ask the issuing authority for a renewal."],
  SUSPENDED: ["no", "✗", "已被暂扣或限制使用", "Suspended or restricted", "请不要采用，并向颁发机构了解原因。", "Do not accept it; ask the issuing authority why."],
  REVOKED: ["no", "✗", "已被撤销、吊销或注销", "Revoked or cancelled", "请不要采用。如有疑问请联系颁发机构。", "Do not accept it. Ask the issuing authority in case of doubt."],
  SUPERSEDED: ["no", "✗", "已换发新版本", "Replaced by a later version", "请持证人出示最新版本。", "Ask the holder for the latest version."],
  NOT_FOR_YOU: ["no", "✗", "加注件，仅限指定机构使用", "A copy made for one organisation only", "请不要采用，并请持证人出示原件。", "Do not accept it; ask the holder for the original."],
  TAMPERED: ["no", "✗", "二维码不真实或不完整", "Not genuine, or incomplete", "请重新扫描；仍然如此请不要采用，并联系颁发机构。", "Scan again. If the answer stays, do not accept it and tell the issuing authority."],
  UNKNOWN_ISSUER: ["maybe", "?", "颁发机构未知", "Unknown issuer", "本站没有该颁发机构的公钥。请确认地址栏网址是颁发机构公布的网址。", "This site has no key of that issuer. Make sure that you are on the site which the issuer has published."],
  CANNOT_CHECK: ["maybe", "?", "此浏览器无法核验", "Cannot be checked in this browser", "可以点击下面的按钮由服务器核验，或换一个浏览器。这不表示证照无效。", "Use the button below to let the server check, or another browser. It does not mean that the licence is invalid."],
};

const element = (id) => document.getElementById(id);

function show(verdict) {
  const [tone, sign, zh, en, next, nextEn] = SAY[verdict];
  element("card").className = `card verdict ${tone}`;
  for (const [id, text] of [["sign", sign], ["headline", zh], ["headline-en", en], ["next", next], ["next-en", nextEn]]) element(id).textContent = text;
  element("card").dataset.verdict = verdict;
}

function list(id, rows) {
  element(id).replaceChildren(...rows.filter(([, , value]) => value).map(([zh, en, value]) => {
    const [row, term, words, definition] = ["div", "dt", "span", "dd"].map((name) => document.createElement(name));
    words.lang = "en";
    words.textContent = ` ${en}`;
    term.append(zh, words);
    definition.textContent = value;
    row.append(term, definition);
    return row;
  }));
}

/** The name that belongs to a code, where this site knows it. */
function named(code) {
  const name = JSON.parse(element("names").textContent)[code];
  return name ? `${name} ${code}` : code;
}

function showFacts({ licence, cose }) {
  list("facts", [
    ["证照类型", "Type", named(licence.type)], ["证照编号", "Number", licence.number], ["持证主体", "Holder", licence.holder], ["颁发机构", "Issuer", named(licence.issuer)],
    ["颁发日期", "Issued", licence.issueDay === null ? null : day(licence.issueDay)],
    ["有效期至", "Valid until", licence.expiryDay === null ? "长期 no end" : day(licence.expiryDay)],
  ]);
  element("facts-card").hidden = false;
  list("details", [
    ["签名算法", "Algorithm", ALGORITHMS[cose.alg].name], ["密钥标识", "Key id", cose.kid],
    ["状态列表", "Status list", String(licence.list)], ["核验时间", "Checked", new Date().toISOString()],
  ]);
}

async function askServer() {
  element("ask").disabled = true;
  try {
    const answer = await fetch("/api/v1/verifications/qr", {
      method: "POST", credentials: "omit", headers: { "content-type": "application/json" }, body: JSON.stringify({ text: location.href }),
    });
    const report = await answer.json();
    if (!answer.ok) throw new Error(report.title);
    show(report.qr.verdict);
    element("consent").hidden = true;
  } catch {
    element("ask").disabled = false;
    element("next").textContent = "服务器暂时无法核验，请稍后再试。";
    element("next-en").textContent = "The server cannot answer at the moment; try again later.";
  }
}

async function start() {
  const fragment = location.hash.slice(1);
  element("empty").hidden = fragment !== "";
  element("result").hidden = fragment === "";
  if (fragment === "") return;
  try {
    const found = await check(fragment);
    show(found.verdict);
    showFacts(found);
  } catch (error) {
    const verdict = error instanceof Stop ? error.verdict : "CANNOT_CHECK";
    show(verdict);
    list("details", [["原因", "Reason", error.message]]);
    element("consent").hidden = verdict !== "CANNOT_CHECK";
  }
}

element("ask").addEventListener("click", askServer);
window.addEventListener("hashchange", start);
start();
