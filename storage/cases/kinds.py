"""The kinds of cases, in Swedish, as staff and the report read them."""

KINDS = {
    "complaint": "klagomål",
    "contact": "vill bli kontaktad",
    "danger": "kan vara i fara",
    "unclear_stop": "kan ha menat stopp",
    "wrong_number": "fel nummer",
    "handover": "överlämning till ny anordnare",
    "denials": "kunder nekar registrerade uppföljningar",
    "list": "anordnare säger att listan är fel",
    "watch": "anordnare föreslås för skärpt uppföljning",
    "channel": "kanal pausad",
}
OWN = ("channel",)  # about the service itself, not about what the unit or a provider does

# What came of a case (SOSFS 2011:9: received, investigated, put right), as staff write and read it.
OUTCOMES = {
    "put_right": "åtgärdat",
    "answered": "besvarat",
    "withdrawn": "återtaget",
    "not_reached": "ej nådd",
}
