import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.flink.configuration.Configuration;
import org.apache.flink.configuration.GlobalConfiguration;
import org.apache.flink.runtime.entrypoint.parser.CommandLineParser;
import org.apache.flink.runtime.entrypoint.parser.ParserResultFactory;

/** What Flink itself reads: "conf FOLDER..." prints settings, "words CONF" takes lines of words. */
public class Probe {
    private static final String ENTRY =
            "org.apache.flink.container.entrypoint.StandaloneApplicationCluster";

    public static void main(String[] words) throws Exception {
        if (words[0].equals("conf")) {
            for (int i = 1; i < words.length; i++) {
                System.out.println("folder\t" + words[i]);
                print(GlobalConfiguration.loadConfiguration(words[i]));
            }
            return;
        }
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            System.out.println("words\t" + line);
            List<String> all = new ArrayList<>(List.of("--configDir", words[1]));
            all.addAll(List.of(line.split(" ")));
            try {
                print(parse(all.toArray(new String[0])));
            } catch (InvocationTargetException e) {
                System.out.println("refused\t" + e.getCause());
            } catch (Exception e) {
                System.out.println("refused\t" + e);
            }
        }
    }

    private static Configuration parse(String[] words) throws Exception {
        var maker = Class.forName(ENTRY + "ConfigurationParserFactory").getDeclaredConstructor();
        maker.setAccessible(true);
        var parser = new CommandLineParser<>((ParserResultFactory<?>) maker.newInstance());
        Object parsed = parser.parse(words);
        Method load = null;
        for (Method method : Class.forName(ENTRY + "EntryPoint").getDeclaredMethods()) {
            if (method.getName().equals("loadConfigurationFromClusterConfig")) {
                load = method;
            }
        }
        load.setAccessible(true);
        return (Configuration) load.invoke(null, parsed);
    }

    private static void print(Configuration settings) {
        for (Map.Entry<String, String> setting : settings.toMap().entrySet()) {
            StringBuilder hex = new StringBuilder();
            for (char c : setting.getValue().toCharArray()) {
                hex.append(String.format("%04x", (int) c));
            }
            System.out.println(setting.getKey() + "\t" + hex);
        }
    }
}
