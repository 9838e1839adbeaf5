"""Training of networks that map where the blood is, on painted and real bleeds of several origins."""
