set role liaison_owner;

-- The largest amount that comes in (LARGEST_AMOUNT in platform/money.ts): sums of thousands of the largest stay exact.
alter table tenant add constraint tenant_mrr_bounded check (abs(current_mrr_minor) <= 1000000000000) not valid;

reset role;
