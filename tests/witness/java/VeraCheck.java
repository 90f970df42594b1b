import java.io.FileInputStream;
import java.io.InputStream;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/**
 * Asks the veraPDF rules about many files in one JVM.
 *
 * <p>Arguments: flavours joined by commas (such as {@code 3b,ua1}), then files. Prints one line for each file and flavour, four fields
 * separated by tabs: file, flavour, {@code pass|fail|error}, detail. Exit code 0 when every line says pass, 1 otherwise.
 */
public final class VeraCheck {
  private VeraCheck() {}

  public static void main(String[] args) {
    if (args.length < 2) {
      System.err.println("usage: VeraCheck FLAVOUR[,FLAVOUR]... FILE...");
      System.exit(64);
    }
    VeraGreenfieldFoundryProvider.initialise();
    boolean allPass = true;
    for (int i = 1; i < args.length; i++) {
      for (String flavour : args[0].split(",")) {
        String verdict = judge(args[i], flavour);
        allPass &= verdict.startsWith("pass\t");
        System.out.println(args[i] + "\t" + flavour + "\t" + verdict);
      }
    }
    System.exit(allPass ? 0 : 1);
  }

  private static String judge(String file, String name) {
    PDFAFlavour flavour = PDFAFlavour.fromString(name);
    if (flavour == PDFAFlavour.NO_FLAVOUR) {
      return "error\tveraPDF knows no flavour " + name;
    }
    try (InputStream in = new FileInputStream(file);
        PDFAParser parser = Foundries.defaultInstance().createParser(in, flavour);
        PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false)) {
      ValidationResult result = validator.validate(parser);
      if (result.isCompliant()) {
        // Without its rules a profile finds nothing wrong in any file.
        return result.getTotalAssertions() < 100
            ? "error\tonly " + result.getTotalAssertions() + " assertions were made: nothing was judged"
            : "pass\t" + result.getTotalAssertions() + " assertions";
      }
      Map<String, Integer> failures = new TreeMap<>();
      for (TestAssertion a : result.getTestAssertions()) {
        if (a.getStatus() == TestAssertion.Status.FAILED) {
          String rule = a.getRuleId().getClause() + "-" + a.getRuleId().getTestNumber() + " " + a.getMessage();
          failures.merge(rule.replaceAll("\\s+", " "), 1, Integer::sum);
        }
      }
      return "fail\t" + failures;
    } catch (Exception | LinkageError e) {
      return "error\t" + String.valueOf(e).replaceAll("\\s+", " ");
    }
  }
}
