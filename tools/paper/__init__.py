"""The book where nothing moves: one PDF, an EPUB, and its figures in an archive.

    make pdf, make epub, make figures        # or all three, and the cover that offers them: make paper

All are made from the built pages, so they say what these say:

============  ========================================================================================
`pages`       reads the pages in the order of `_toc.yml`, and takes away what only a screen can use
`stills`      a picture of every live figure, by the browser
`pdf`         one page of HTML with cover and contents, which the browser prints
`epub`        a page for each page, packed for readers
`figures`     the stored figures with captions, texts of what is seen, and licence
============  ========================================================================================
"""
