set role liaison_owner;

-- An amount beyond it that came in before stays, and must not stop an upgrade: the bound holds for what is written from now on.
do $$
begin
  alter table invoice validate constraint invoice_amounts_bounded;
exception when check_violation then
  raise warning 'rows of invoice exceed the largest amount; correct them, then validate invoice_amounts_bounded';
end $$;
do $$
begin
  alter table payment validate constraint payment_amount_bounded;
exception when check_violation then
  raise warning 'rows of payment exceed the largest amount; correct them, then validate payment_amount_bounded';
end $$;

reset role;
