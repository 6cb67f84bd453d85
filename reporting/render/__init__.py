"""Draw documents and figures as files. Each format is a module with a function ``render`` that returns bytes.

html, pdf and docx draw a Document; csv, json and xlsx write the figures of a QualityReport.
"""
