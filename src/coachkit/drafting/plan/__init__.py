"""Planning: which facts a document tells, in which section, with which weight."""
