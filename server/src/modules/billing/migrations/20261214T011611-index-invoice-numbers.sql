-- The numbers of invoices once more, for a constraint that is checked at the end of a statement.
create unique index concurrently if not exists invoice_number_once on invoice (tenant_id, number);
