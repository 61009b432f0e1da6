use std as s;

fn attack() {
    assert!(s::net::TcpStream::connect("127.0.0.1:@PORT@").is_err());
    assert!(s::net::UdpSocket::bind("127.0.0.1:0").is_err());
    assert!(s::net::TcpListener::bind("127.0.0.1:0").is_err());
    assert!(s::os::unix::net::UnixDatagram::unbound().is_err());
}
