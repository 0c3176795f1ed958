"""PDF: page geometry, reading text and pictures, drawing text, encryption, and claims of PDF/A."""
