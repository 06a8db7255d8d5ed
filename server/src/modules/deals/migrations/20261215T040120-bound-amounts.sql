set role liaison_owner;

-- The largest amount that comes in (LARGEST_AMOUNT in platform/money.ts): sums of thousands of the largest stay exact.
alter table deal_registration add constraint deal_expected_bounded check (expected_minor <= 1000000000000) not valid;

reset role;
