"""All patients at a glance: who has to do what next, until when, as rows, a page and letters."""
