"""pyHanko as a witness of seals of every level: AdES validation (EN 319 102-1, 5.3, 5.5 and 5.6.3), and its analysis of later revisions."""

import asyncio
import io
import logging
from pathlib import Path

from asn1crypto.crl import CertificateList
from asn1crypto.ocsp import OCSPResponse
from asn1crypto.x509 import Certificate
from pyhanko.keys import load_cert_from_pemder
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.ades.report import AdESPassed
from pyhanko.sign.diff_analysis import ModificationLevel
from pyhanko.sign.fields import MDPPerm
from pyhanko.sign.validation import async_validate_pdf_signature, async_validate_pdf_timestamp
from pyhanko.sign.validation.ades import ades_basic_validation, ades_lta_validation, ades_with_time_validation
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    PdfSignatureValidationSpec,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko.sign.validation.status import PdfSignatureStatus, SignatureCoverageLevel
from pyhanko_certvalidator import ValidationContext
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import NO_REVOCATION, REQUIRE_REVINFO, CertRevTrustPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer, OCSPContainer

import seals

logging.disable(logging.CRITICAL)

LEVELS = ("B-B", "B-T", "B-LT", "B-LTA")


def has(level, wanted):
    """Whether a document of `level` has what `wanted` asks for."""
    return LEVELS.index(level) >= LEVELS.index(wanted)


def _specification(roots, level, sealed, lists):
    """From B-LT on revocation must be proven by what the document holds or `lists` say; before that it is not asked for. Nothing is fetched."""
    rule = REQUIRE_REVINFO if has(level, "B-LT") or lists else NO_REVOCATION
    return SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(SimpleTrustManager.build(trust_roots=roots), CertRevTrustPolicy(rule)),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(RevinfoOnlineFetchingRule.LOCAL_ONLY),
        local_knowledge=LocalKnowledge(
            known_certs=[Certificate.load(der) for der in sealed.certificates],
            known_crls=[CRLContainer(CertificateList.load(der)) for der in [*sealed.lists, *lists]],
            known_ocsps=[answer for der in sealed.answers for answer in OCSPContainer.load_multi(OCSPResponse.load(der))],
        ),
        key_usage_settings=KeyUsageConstraints(key_usage={"digital_signature", "non_repudiation"}, match_all_key_usages=False),
    )


async def _judge(reader, signature, specification, roots, level, at):
    """The result of the AdES validation that fits the level, the status of the signature, and that of each document time-stamp."""
    timing = ValidationTimingInfo(validation_time=at, best_signature_time=at, point_in_time_validation=True) if at else None
    if has(level, "B-LTA"):
        result = await ades_lta_validation(signature, PdfSignatureValidationSpec(specification), timing_info=timing)
        status = result.api_status
    elif has(level, "B-T"):
        signature.compute_integrity_info()
        result = await ades_with_time_validation(
            signature.signed_data,
            specification,
            timing_info=timing,
            raw_digest=signature.compute_digest(),
            extra_status_kwargs=signature.summarise_integrity_info(),
            status_cls=PdfSignatureStatus,
        )
        status = result.api_status
    else:
        # Its answer does not tell what was changed later, so the general validation is asked as well.
        result = await ades_basic_validation(signature.signed_data, specification, timing_info=timing, raw_digest=signature.compute_digest())
        status = await async_validate_pdf_signature(signature, ValidationContext(trust_roots=roots, allow_fetching=False, moment=at))
    stamps = []
    for stamp in reader.embedded_timestamp_signatures:
        context = ValidationContext(trust_roots=roots, allow_fetching=False, moment=at)
        stamps.append(await async_validate_pdf_timestamp(stamp, context))
    return result, status, stamps


def facts(pdf, root, level="B-B", at=None, lists=()):
    """What must hold of a licence of `level`, judged at the moment `at` (now, when none is given) with more revocation `lists`: {fact: whether it holds}."""
    reader = PdfFileReader(io.BytesIO(Path(pdf).read_bytes()))
    roots = [load_cert_from_pemder(str(root))]
    if len(reader.embedded_regular_signatures) != 1:
        return {f"one signature, not {len(reader.embedded_regular_signatures)}": False}
    signature = reader.embedded_regular_signatures[0]
    specification = _specification(roots, level, seals.take_apart(pdf), lists)
    result, status, stamps = asyncio.run(_judge(reader, signature, specification, roots, level, at))
    verdict = {f"AdES passes, not {result.ades_subindic} {result.failure_msg or ''}": result.ades_subindic == AdESPassed.OK}
    if status is None:
        return verdict

    whole = not has(level, "B-LT")
    attributes = [attribute["type"].native for attribute in signature.signer_info["signed_attrs"]]
    certified = reader.root["/Perms"]["/DocMDP"]["/Contents"] if "/Perms" in reader.root else None
    known = verdict | {
        "intact": status.intact,
        "valid": status.valid,
        "trusted": status.trusted,
        f"changed by maintenance at most, not {status.modification_level}": status.modification_level
        in ((None, ModificationLevel.NONE) if whole else (ModificationLevel.LTA_UPDATES,)),
        "covers what it should": status.coverage == (SignatureCoverageLevel.ENTIRE_FILE if whole else SignatureCoverageLevel.ENTIRE_REVISION),
        "certified with P=2, or P=1 when nothing may follow": signature.docmdp_level == MDPPerm.FILL_FORMS
        or (whole and signature.docmdp_level == MDPPerm.NO_CHANGES),
        "certification named in /Perms": certified == signature.sig_object["/Contents"],
        "SubFilter ETSI.CAdES.detached": signature.sig_object.get("/SubFilter") == "/ETSI.CAdES.detached",
        "signing-certificate-v2 once": attributes.count("signing_certificate_v2") == 1,
        "no signing-time attribute": "signing_time" not in attributes,
    }
    if has(level, "B-T"):
        stamp = status.timestamp_validity
        known["signature time-stamp intact, valid, trusted"] = stamp is not None and stamp.intact and stamp.valid and stamp.trusted
        known["best signature time is the time-stamp's"] = stamp is not None and result.best_signature_time == stamp.timestamp
    if has(level, "B-LTA"):
        known["a document time-stamp"] = len(stamps) > 0
        known["document time-stamps intact, valid, trusted"] = all(s.intact and s.valid and s.trusted for s in stamps)
        known["the last time-stamp covers the entire file"] = bool(stamps) and stamps[-1].coverage == SignatureCoverageLevel.ENTIRE_FILE
        known["evidence record proves existence"] = result.oldest_evidence_record_timestamp is not None
    else:
        known["no document time-stamp"] = not stamps
    return known


def judge(pdf, root, level="B-B", at=None, lists=()):
    """Complaints."""
    try:
        return [f"pyHanko: not true: {fact}" for fact, holds in facts(pdf, root, level, at, lists).items() if not holds]
    except Exception as error:  # whatever pyHanko stumbles over is its verdict on the document
        return [f"pyHanko: {type(error).__name__}: {error}"]
