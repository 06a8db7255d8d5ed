set role liaison_owner;

-- An amount beyond it that came in before stays, and must not stop an upgrade: the bound holds for what is written from now on.
do $$
begin
  alter table billing_event validate constraint billing_event_amounts_bounded;
exception when check_violation then
  raise warning 'rows of billing_event exceed the largest amount; correct them, then validate billing_event_amounts_bounded';
end $$;

reset role;
