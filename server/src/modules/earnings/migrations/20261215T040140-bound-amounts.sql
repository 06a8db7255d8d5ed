set role liaison_owner;

-- The largest amount that comes in (LARGEST_AMOUNT in platform/money.ts): sums of thousands of the largest stay exact.
alter table billing_event add constraint billing_event_amounts_bounded check (net_minor <= 1000000000000 and tax_minor <= 1000000000000) not valid;

reset role;
