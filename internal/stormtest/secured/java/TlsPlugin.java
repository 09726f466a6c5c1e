package stormflux.test;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import javax.security.auth.Subject;
import org.apache.storm.security.auth.ITransportPlugin;
import org.apache.storm.security.auth.ReqContext;
import org.apache.storm.security.auth.SingleUserPrincipal;
import org.apache.storm.security.auth.ThriftConnectionType;
import org.apache.storm.thrift.TException;
import org.apache.storm.thrift.TProcessor;
import org.apache.storm.thrift.protocol.TBinaryProtocol;
import org.apache.storm.thrift.server.TServer;
import org.apache.storm.thrift.server.TThreadPoolServer;
import org.apache.storm.thrift.transport.TServerSocket;
import org.apache.storm.thrift.transport.TSocket;
import org.apache.storm.thrift.transport.TTransport;
import org.apache.storm.thrift.transport.TTransportException;

/**
 * A server for TLS that does on the wire what Storm's does since 2.8.7: TLS 1.2, a certificate of the client, messages without
 * frames. Storm's own server answers nothing on Java 17 before that release.
 */
public class TlsPlugin implements ITransportPlugin {
    private ThriftConnectionType type;
    private Map<String, Object> conf;
    private int port;

    @Override
    public void prepare(ThriftConnectionType type, Map<String, Object> conf) {
        this.type = type;
        this.conf = conf;
    }

    @Override
    public TServer getServer(TProcessor processor) throws IOException, TTransportException {
        SSLServerSocket socket;
        try {
            socket = (SSLServerSocket) context().getServerSocketFactory()
                .createServerSocket(type.getPort(conf), 100, InetAddress.getLoopbackAddress());
        } catch (GeneralSecurityException e) {
            throw new IOException(e);
        }
        socket.setEnabledProtocols(new String[] {"TLSv1.2"});
        socket.setNeedClientAuth(true);
        port = socket.getLocalPort();
        TServerSocket transport = new TServerSocket(new TServerSocket.ServerSocketTransportArgs().serverSocket(socket));
        return new TThreadPoolServer(new TThreadPoolServer.Args(transport)
            .processor((in, out) -> {
                identify(in.getTransport());
                processor.process(in, out);
            })
            .protocolFactory(new TBinaryProtocol.Factory(false, true)));
    }

    private SSLContext context() throws GeneralSecurityException, IOException {
        KeyManagerFactory keys = KeyManagerFactory.getInstance("PKIX");
        String password = (String) conf.get("nimbus.thrift.tls.server.keystore.password");
        keys.init(load("nimbus.thrift.tls.server.keystore"), password.toCharArray());
        TrustManagerFactory trusted = TrustManagerFactory.getInstance("PKIX");
        trusted.init(load("nimbus.thrift.tls.server.truststore"));
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), trusted.getTrustManagers(), null);
        return context;
    }

    private KeyStore load(String prefix) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("JKS");
        try (InputStream in = new FileInputStream((String) conf.get(prefix + ".path"))) {
            store.load(in, ((String) conf.get(prefix + ".password")).toCharArray());
        }
        return store;
    }

    private static void identify(TTransport transport) throws TException {
        SSLSocket socket = (SSLSocket) ((TSocket) transport).getSocket();
        Principal principal;
        try {
            principal = socket.getSession().getPeerPrincipal();
        } catch (SSLPeerUnverifiedException e) {
            throw new TException(e);
        }
        Subject subject = new Subject();
        subject.getPrincipals().add(new SingleUserPrincipal(principal.getName()));
        ReqContext.context().setRemoteAddress(socket.getInetAddress());
        ReqContext.context().setSubject(subject);
    }

    @Override
    public TTransport connect(TTransport transport, String host, String asUser) {
        return transport;
    }

    @Override
    public int getPort() {
        return port;
    }

    @Override
    public boolean areWorkerTokensSupported() {
        return false;
    }
}
