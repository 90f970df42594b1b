import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import eu.europa.esig.dss.diagnostic.PDFRevisionWrapper;
import eu.europa.esig.dss.diagnostic.SignatureWrapper;
import eu.europa.esig.dss.diagnostic.TimestampWrapper;
import eu.europa.esig.dss.enumerations.SubIndication;
import eu.europa.esig.dss.jaxb.object.Message;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Asks EU DSS about many documents in one JVM, by its own default policy and without network.
 *
 * <p>Reads questions from stdin, one JSON object a line: {@code {"file": PATH, "trust": [CERTIFICATE...], "crls": [PATH...], "ocsps": [PATH...],
 * "at": RFC3339}}; all but {@code file} may be left out. Prints one JSON object a line, in the same order.
 */
public final class DssCheck {
  private static final ObjectMapper JSON = new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

  private DssCheck() {}

  public static void main(String[] args) throws Exception {
    PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      JsonNode question = JSON.readTree(line);
      Map<String, Object> answer = new LinkedHashMap<>();
      answer.put("file", question.get("file").asText());
      try {
        judge(question, answer);
      } catch (Exception | LinkageError | StackOverflowError e) {
        answer.put("error", e.toString());
      }
      out.println(JSON.writeValueAsString(answer));
    }
  }

  private static void judge(JsonNode question, Map<String, Object> answer) {
    CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
    for (String path : paths(question, "trust")) {
      CertificateToken anchor = DSSUtils.loadCertificate(new File(path));
      anchors.addCertificate(anchor);
    }
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(anchors);
    verifier.setCrlSource(new ExternalResourcesCRLSource(documents(question, "crls")));
    verifier.setOcspSource(new ExternalResourcesOCSPSource(documents(question, "ocsps")));

    SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(question.get("file").asText()));
    validator.setCertificateVerifier(verifier);
    if (question.hasNonNull("at")) {
      validator.setValidationTime(Date.from(Instant.parse(question.get("at").asText())));
    }
    Reports reports = validator.validateDocument();
    SimpleReport report = reports.getSimpleReport();

    List<Object> signatures = new ArrayList<>();
    for (String id : report.getSignatureIdList()) {
      Map<String, Object> one = verdict(report, id);
      one.put("level", String.valueOf(report.getSignatureFormat(id)).replace('_', '-'));
      one.put("signed_by", report.getSignedBy(id));
      one.put("best_signature_time", time(report.getBestSignatureTime(id)));
      SignatureWrapper seen = reports.getDiagnosticData().getSignatureById(id);
      List<Object> stamps = new ArrayList<>();
      for (TimestampWrapper stamp : seen.getTimestampList()) {
        stamps.add(stamp(report, stamp));
      }
      one.put("timestamps", stamps);
      one.put("revision", revision(seen.getPDFRevision()));
      signatures.add(one);
    }
    answer.put("signatures", signatures);

    List<Object> stamps = new ArrayList<>();
    for (String id : report.getTimestampIdList()) {
      stamps.add(stamp(report, reports.getDiagnosticData().getTimestampById(id)));
    }
    answer.put("timestamps", stamps);
  }

  private static Map<String, Object> verdict(SimpleReport report, String id) {
    Map<String, Object> one = new LinkedHashMap<>();
    SubIndication why = report.getSubIndication(id);
    one.put("indication", String.valueOf(report.getIndication(id)).replace('_', '-'));
    one.put("sub_indication", why == null ? null : why.name());
    one.put("errors", texts(report.getAdESValidationErrors(id)));
    one.put("warnings", texts(report.getAdESValidationWarnings(id)));
    return one;
  }

  private static Map<String, Object> stamp(SimpleReport report, TimestampWrapper stamp) {
    Map<String, Object> one = verdict(report, stamp.getId());
    one.put("type", stamp.getType().name());
    one.put("produced", time(stamp.getProductionTime()));
    return one;
  }

  /** What DSS saw change after the revision that the signature covers. */
  private static Map<String, Object> revision(PDFRevisionWrapper seen) {
    Map<String, Object> one = new LinkedHashMap<>();
    if (seen != null) {
      one.put("byte_range_valid", seen.isSignatureByteRangeValid());
      one.put("extension", seen.getPdfExtensionChanges().size());
      one.put("signature_or_form_fill", seen.getPdfSignatureOrFormFillChanges().size());
      one.put("annotation", seen.getPdfAnnotationChanges().size());
      one.put("undefined", seen.getPdfUndefinedChanges().size());
      one.put("permission", seen.getDocMDPPermissions() == null ? null : seen.getDocMDPPermissions().name());
    }
    return one;
  }

  private static List<String> texts(List<Message> messages) {
    List<String> texts = new ArrayList<>();
    for (Message message : messages) {
      texts.add(message.getValue());
    }
    return texts;
  }

  private static String time(Date at) {
    return at == null ? null : at.toInstant().toString();
  }

  private static List<String> paths(JsonNode question, String key) {
    List<String> paths = new ArrayList<>();
    question.path(key).forEach(path -> paths.add(path.asText()));
    return paths;
  }

  private static FileDocument[] documents(JsonNode question, String key) {
    return paths(question, key).stream().map(FileDocument::new).toArray(FileDocument[]::new);
  }
}
