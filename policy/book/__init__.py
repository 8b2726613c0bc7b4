"""The facts: what is known about a firm's money on a day, how it comes in, what can be asked of it, and what it is
after orders.

    facts          the values; nothing computed
    wire, tables, orders      from JSON and from CSV (`intake`, `integrity`); problems are values (`problem`)
    document, sheets, snapshot      back to JSON and CSV, and the content hash
    read           the index; `prices`, `groups`, `lists`, `lookthrough`, `cash`, `holding`, `models`, `history` ask it
    costs, relief, fills, after      what orders do to a book, to the cent
"""
