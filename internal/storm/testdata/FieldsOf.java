import java.util.Arrays;
import java.util.Map;
import java.util.TreeSet;
import org.apache.storm.thrift.TEnum;
import org.apache.storm.thrift.TFieldIdEnum;
import org.apache.storm.thrift.meta_data.EnumMetaData;
import org.apache.storm.thrift.meta_data.FieldMetaData;
import org.apache.storm.thrift.meta_data.FieldValueMetaData;
import org.apache.storm.thrift.meta_data.ListMetaData;
import org.apache.storm.thrift.meta_data.MapMetaData;
import org.apache.storm.thrift.meta_data.SetMetaData;
import org.apache.storm.thrift.meta_data.StructMetaData;
import org.apache.storm.thrift.protocol.TType;

/**
 * Prints the metadata of Storm's generated classes: one line per field, "NAME ID REQUIREMENT FIELD TYPE", and one line
 * per value of an enum, "NAME VALUE NUMBER". The arguments are the names of structs, unions, exceptions and enums.
 * "Nimbus.CALL" stands for the arguments and the result of the call.
 */
public class FieldsOf {
    static final String PACKAGE = "org.apache.storm.generated.";

    public static void main(String[] names) throws Exception {
        TreeSet<String> lines = new TreeSet<>();
        for (String name : names) {
            if (name.startsWith("Nimbus.")) {
                String call = PACKAGE + "Nimbus$" + name.substring("Nimbus.".length());
                fields(lines, name + "()", Class.forName(call + "_args"));
                fields(lines, name + "=", Class.forName(call + "_result"));
                lines.add(name);
                continue;
            }
            Class<?> type = Class.forName(PACKAGE + name);
            if (type.isEnum()) {
                for (Object value : type.getEnumConstants()) {
                    lines.add(name + " " + value + " " + ((TEnum) value).getValue());
                }
            } else {
                fields(lines, name, type);
            }
        }
        lines.forEach(System.out::println);
    }

    static void fields(TreeSet<String> lines, String name, Class<?> type) throws Exception {
        Map<?, ?> fields = (Map<?, ?>) type.getField("metaDataMap").get(null);
        for (Map.Entry<?, ?> field : fields.entrySet()) {
            FieldMetaData meta = (FieldMetaData) field.getValue();
            String[] requirement = {null, "required", "optional", "default"};
            lines.add(String.join(" ", name, Short.toString(((TFieldIdEnum) field.getKey()).getThriftFieldId()),
                    requirement[meta.requirementType], meta.fieldName, type(meta.valueMetaData)));
        }
        if (fields.isEmpty()) {
            lines.add(name + " empty");
        }
    }

    static String type(FieldValueMetaData value) {
        if (value instanceof EnumMetaData) {
            return ((EnumMetaData) value).enumClass.getSimpleName();
        }
        if (value instanceof StructMetaData) {
            return ((StructMetaData) value).structClass.getSimpleName();
        }
        if (value instanceof ListMetaData) {
            return "list<" + type(((ListMetaData) value).elemMetaData) + ">";
        }
        if (value instanceof SetMetaData) {
            return "set<" + type(((SetMetaData) value).elemMetaData) + ">";
        }
        if (value instanceof MapMetaData) {
            MapMetaData map = (MapMetaData) value;
            return "map<" + type(map.keyMetaData) + "," + type(map.valueMetaData) + ">";
        }
        switch (value.type) {
            case TType.BOOL: return "bool";
            case TType.I32: return "i32";
            case TType.I64: return "i64";
            case TType.DOUBLE: return "double";
            case TType.STRING: return value.isBinary() ? "binary" : "string";
            // What an exception of a call's result is told as.
            case TType.STRUCT: return value.isTypedef() ? value.getTypedefName() : "struct";
            default: return "type " + value.type;
        }
    }
}
