set role liaison_owner;

-- The largest amount that comes in (LARGEST_AMOUNT in platform/money.ts): sums of thousands of the largest stay exact.
alter table invoice add constraint invoice_amounts_bounded
  check (abs(subtotal_minor) <= 1000000000000 and abs(tax_minor) <= 1000000000000 and abs(total_minor) <= 1000000000000 and abs(paid_minor) <= 1000000000000) not valid;
alter table payment add constraint payment_amount_bounded check (abs(amount_minor) <= 1000000000000) not valid;

reset role;
