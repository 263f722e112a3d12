"""A catalogue as a workbook (实施清单): one sheet for each kind of thing, one row for each thing."""
