package stormflux.cases;

import org.apache.storm.redis.common.mapper.RedisDataTypeDescription;
import org.apache.storm.redis.common.mapper.RedisStoreMapper;
import org.apache.storm.tuple.ITuple;

/** Says how storm-redis stores a tuple: in a hash, the text as the key and the number as the value. */
public class StoreNumber implements RedisStoreMapper {
    private final String hash;

    public StoreNumber(String hash) {
        this.hash = hash;
    }

    @Override
    public RedisDataTypeDescription getDataTypeDescription() {
        return new RedisDataTypeDescription(RedisDataTypeDescription.RedisDataType.HASH, hash);
    }

    @Override
    public String getKeyFromTuple(ITuple tuple) {
        return tuple.getStringByField("text");
    }

    @Override
    public String getValueFromTuple(ITuple tuple) {
        return tuple.getValueByField("number").toString();
    }
}
