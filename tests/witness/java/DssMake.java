import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import eu.europa.esig.dss.alert.SilentOnStatusAlert;
import eu.europa.esig.dss.enumerations.CertificationPermission;
import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.EncryptionAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.model.DSSDocument;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.ToBeSigned;
import eu.europa.esig.dss.pades.PAdESSignatureParameters;
import eu.europa.esig.dss.pades.PAdESTimestampParameters;
import eu.europa.esig.dss.pades.SignatureFieldParameters;
import eu.europa.esig.dss.pades.SignatureImageParameters;
import eu.europa.esig.dss.pades.SignatureImageTextParameters;
import eu.europa.esig.dss.pades.signature.PAdESService;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.spi.x509.revocation.ocsp.ExternalResourcesOCSPSource;
import eu.europa.esig.dss.spi.x509.tsp.KeyEntityTSPSource;
import eu.europa.esig.dss.token.DSSPrivateKeyEntry;
import eu.europa.esig.dss.token.Pkcs12SignatureToken;
import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.security.KeyStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.List;

/**
 * Lets EU DSS sign, time-stamp and augment documents.
 *
 * <p>Reads orders from stdin, one JSON object a line: {@code {"base": PDF, "out": PDF, "root": PEM, "tsa": P12, "crls": [..], "ocsps": [..],
 * "password": TEXT, "steps": [..]}}. A step is {@code {"sign": P12, "at": RFC3339, "stamp_at": RFC3339, "level": "PAdES_BASELINE_LTA", "digest": "SHA256", "pss": true,
 * "certify": 1|2|3, "visible": true}}, {@code {"extend": LEVEL, "stamp_at": ..}} or {@code {"stamp": true, "stamp_at": ..}}. What could not be made is
 * an exception, and the exit code 1.
 */
public final class DssMake {
  private DssMake() {}

  public static void main(String[] args) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      make(new ObjectMapper().readTree(line));
    }
  }

  private static void make(JsonNode order) throws Exception {
    char[] password = order.get("password").asText().toCharArray();
    CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
    anchors.addCertificate(DSSUtils.loadCertificate(new File(order.get("root").asText())));
    CommonCertificateVerifier verifier = new CommonCertificateVerifier(true);
    verifier.setTrustedCertSources(anchors);
    // Documents that are wrong are wanted, too.
    verifier.setAlertOnNotYetValidCertificate(new SilentOnStatusAlert());
    verifier.setCrlSource(new ExternalResourcesCRLSource(documents(order, "crls")));
    verifier.setOcspSource(new ExternalResourcesOCSPSource(documents(order, "ocsps")));

    File tsa = new File(order.get("tsa").asText());
    DSSDocument document = new FileDocument(order.get("base").asText());
    for (JsonNode step : order.get("steps")) {
      KeyEntityTSPSource stamps = new KeyEntityTSPSource(tsa, "PKCS12", password, "tsa", password);
      stamps.setTsaPolicy("1.2.3.4");
      if (step.hasNonNull("stamp_at")) {
        stamps.setProductionTime(Date.from(Instant.parse(step.get("stamp_at").asText())));
      }
      PAdESService service = new PAdESService(verifier);
      service.setTspSource(stamps);
      if (step.has("sign")) {
        document = sign(service, document, step, password);
      } else if (step.has("extend")) {
        PAdESSignatureParameters parameters = new PAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.valueOf(step.get("extend").asText()));
        document = service.extendDocument(document, parameters);
      } else {
        document = service.timestamp(document, new PAdESTimestampParameters());
      }
    }
    document.save(order.get("out").asText());
  }

  private static DSSDocument sign(PAdESService service, DSSDocument document, JsonNode step, char[] password) throws Exception {
    try (Pkcs12SignatureToken token = new Pkcs12SignatureToken(new File(step.get("sign").asText()), new KeyStore.PasswordProtection(password))) {
      DSSPrivateKeyEntry key = token.getKeys().get(0);
      PAdESSignatureParameters parameters = new PAdESSignatureParameters();
      parameters.setSignatureLevel(SignatureLevel.valueOf(step.get("level").asText()));
      parameters.setSigningCertificate(key.getCertificate());
      parameters.setCertificateChain(key.getCertificateChain());
      parameters.setDigestAlgorithm(DigestAlgorithm.valueOf(step.path("digest").asText("SHA256")));
      if (step.path("pss").asBoolean()) {
        parameters.setEncryptionAlgorithm(EncryptionAlgorithm.RSASSA_PSS);
      }
      if (step.hasNonNull("at")) {
        parameters.bLevel().setSigningDate(Date.from(Instant.parse(step.get("at").asText())));
      }
      if (step.hasNonNull("certify")) {
        parameters.setPermission(CertificationPermission.fromCode(step.get("certify").asInt()));
      }
      if (step.path("visible").asBoolean()) {
        parameters.setImageParameters(mark());
      }
      ToBeSigned toBeSigned = service.getDataToSign(document, parameters);
      SignatureAlgorithm algorithm = parameters.getSignatureAlgorithm();
      return service.signDocument(document, parameters, token.sign(toBeSigned, algorithm, key));
    }
  }

  /** A few words on the first page. */
  private static SignatureImageParameters mark() {
    SignatureImageTextParameters text = new SignatureImageTextParameters();
    text.setText("signed");
    SignatureFieldParameters field = new SignatureFieldParameters();
    field.setOriginX(100);
    field.setOriginY(100);
    SignatureImageParameters image = new SignatureImageParameters();
    image.setTextParameters(text);
    image.setFieldParameters(field);
    return image;
  }

  private static FileDocument[] documents(JsonNode order, String key) {
    List<FileDocument> documents = new ArrayList<>();
    order.path(key).forEach(path -> documents.add(new FileDocument(path.asText())));
    return documents.toArray(new FileDocument[0]);
  }
}
