package stormflux.parts;

import org.apache.storm.redis.common.mapper.RedisDataTypeDescription;
import org.apache.storm.redis.common.mapper.RedisStoreMapper;
import org.apache.storm.tuple.ITuple;

/** Stores words. */
public class Store implements RedisStoreMapper {
    private final RedisDataTypeDescription.RedisDataType type;

    public Store(RedisDataTypeDescription.RedisDataType type) {
        this.type = type;
    }

    public RedisDataTypeDescription getDataTypeDescription() {
        return new RedisDataTypeDescription(type);
    }

    public String getKeyFromTuple(ITuple tuple) {
        return tuple.getString(0);
    }

    public String getValueFromTuple(ITuple tuple) {
        return tuple.getString(0);
    }
}
