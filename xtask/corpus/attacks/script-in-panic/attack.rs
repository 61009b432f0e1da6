fn attack() {
    panic!("\u{1b}]0;owned\u{7}\u{1b}[2J<script>alert(1)</script><img src=x onerror=alert(2)>");
}
