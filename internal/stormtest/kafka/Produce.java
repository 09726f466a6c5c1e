import java.util.Properties;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/** Sends records to a topic and waits until the broker has them. Arguments: address, topic, values. */
public final class Produce {
    public static void main(String[] args) throws Exception {
        Properties settings = new Properties();
        settings.put("bootstrap.servers", args[0]);
        settings.put("acks", "all");
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer())) {
            for (int i = 2; i < args.length; i++) {
                long offset = producer.send(new ProducerRecord<>(args[1], args[i])).get(60, TimeUnit.SECONDS).offset();
                System.out.println(offset + " " + args[i]);
            }
        }
    }
}
