#[used]
#[unsafe(link_section = ".init_array")]
static EARLY: fn() = attack;
fn attack() {}
