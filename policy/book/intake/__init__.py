"""The way in: texts to raw rows, raw rows to records, every mistake found in one run and said in its place.

json_text, csv_text      text to raw values, strictly, with lines
fields, rows, order_rows what may stand in a row: pydantic models, the source of the JSON Schema
words, terms             texts, days, truth values; facts under the words of the vocabulary
columns, shape           where JSON's fields stand in CSV; which model stands where
reading, records         rows to records to a book
misread, flaw            what is wrong with a row, and between rows
references, circles      names that lead nowhere, relations that never end
"""
