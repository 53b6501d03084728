"""Fill a fresh Tryton database with a shop; runs in Tryton's own environment: fixture.py DATABASE PASSWORD.

This is the only file that imports Tryton, and nothing of the hub or its tests imports this file.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from decimal import Decimal

from proteus import Model, config

DATABASE, PASSWORD = sys.argv[1:3]
config.set_trytond(database=DATABASE, user="admin", config_file=os.environ["TRYTOND_CONFIG"])

# Tryton's modules can be imported only once the pool is there.
from trytond.modules.account.tests.tools import (  # noqa: E402
    create_chart,
    create_fiscalyear,
    create_tax,
    get_accounts,
)
from trytond.modules.account_invoice.tests.tools import set_fiscalyear_invoice_sequences  # noqa: E402
from trytond.modules.company.tests.tools import create_company, get_company  # noqa: E402

COUNTRIES = (("SE", "SWE", "752", "Sweden"), ("NO", "NOR", "578", "Norway"), ("DE", "DEU", "276", "Germany"))
RATES = (25, 12, 6, 19, 7)
# Part number, price, VAT in percent.
GOODS = (
    ("TR-1001-M", "1199.20", 25),
    ("SO-2002", "79.20", 25),
    ("SCR-4x40", "480.00", 25),
    ("KETTLE-2", "479.20", 25),
    ("TR-1001-L", "100.00", 19),
    ("BOOK-31", "20.00", 7),
    ("COFFEE-1KG", "200.00", 12),
    ("FILTER-100", "32.00", 25),
    ("CAM-10", "3200.00", 25),
    ("LENS-20", "1600.00", 25),
    ("BAG-30-ERP", "320.00", 25),
)
SERVICES = (
    ("FREIGHT-HOME", "39.20", 25),
    ("FREIGHT-PALLET", "120.00", 25),
    ("FREIGHT-CC", "0.00", 25),
    ("FREIGHT-EU", "10.00", 19),
    ("FREIGHT-AGENT", "31.20", 25),
    ("FREIGHT-FREE", "0.00", 25),
    ("SENSOR-CLEAN", "400.00", 25),
    ("DISCOUNT", "0.00", 25),
)
# What the shop sells by, each as many as one.
UNITS = ("Pieces", "Boxes")
GROUPS = ("Sales", "Stock", "Accounting", "Carrier Administration")
STOCK = 1_000_000.0


def make_countries() -> None:
    for code, code3, number, name in COUNTRIES:
        Model.get("country.country")(name=name, code=code, code3=code3, code_numeric=number).save()


def make_currency(code: str, name: str, rate: str):
    currency = Model.get("currency.currency")(name=name, symbol=code, code=code, rounding=Decimal("0.01"), digits=2)
    currency.save()
    Model.get("currency.currency.rate")(date=dt.date(2000, 1, 1), rate=Decimal(rate), currency=currency).save()
    return currency


def make_company(currency):
    party = Model.get("party.party")(name="Exempel AB")
    party.save()
    create_company(party=party, currency=currency)
    settings = Model.get("party.configuration")(1)
    settings.identifier_types = ["se_orgnr", "se_vat", "eu_vat", "se_personnummer"]
    settings.save()
    return get_company()


def make_accounts(company):
    create_chart(company)
    today = dt.date.today()
    whole_year = (today.replace(month=1, day=1), today.replace(month=12, day=31))
    year = set_fiscalyear_invoice_sequences(create_fiscalyear(company, whole_year))
    year.save()
    year.click("create_period")
    return get_accounts(company)


def make_categories(accounts):
    categories = {}
    for rate in RATES:
        tax = create_tax(Decimal(rate) / 100)
        tax.name = tax.description = f"VAT {rate} %"
        tax.save()
        category = Model.get("product.category")(name=f"VAT {rate} %", accounting=True)
        category.account_expense, category.account_revenue = accounts["expense"], accounts["revenue"]
        category.customer_taxes.append(Model.get("account.tax")(tax.id))
        category.save()
        categories[rate] = category
    settings = Model.get("account.configuration")(1)
    settings.default_category_account_revenue = accounts["revenue"]
    settings.currency_exchange_credit_account = accounts["revenue"]
    settings.currency_exchange_debit_account = accounts["expense"]
    settings.save()
    return categories


def make_units() -> None:
    [category] = Model.get("product.uom.category").find([("name", "=", "Units")])
    for name in UNITS:
        Model.get("product.uom")(name=name, symbol=name, category=category, digits=0, rounding=1.0).save()


def make_product(code: str, price: str, category, kind: str):
    [unit] = Model.get("product.uom").find([("name", "=", "Unit")])
    template = Model.get("product.template")(
        name=f"Part {code}", default_uom=unit, type=kind, list_price=Decimal(price), account_category=category
    )
    template.salable = True
    template.products[0].suffix_code = code
    template.save()
    return template.products[0]


def make_products(categories) -> dict:
    goods = [make_product(code, price, categories[rate], "goods") for code, price, rate in GOODS]
    services = {code: make_product(code, price, categories[rate], "service") for code, price, rate in SERVICES}
    [storage] = Model.get("stock.location").find([("code", "=", "STO")])
    inventory = Model.get("stock.inventory")(location=storage)
    for product in goods:
        inventory.lines.new(product=product, quantity=STOCK, expected_quantity=0.0)
    inventory.click("confirm")
    return services


def make_shipping(freight) -> None:
    party = Model.get("party.party")(name="PostNord")
    party.save()
    Model.get("carrier")(party=party, carrier_product=freight).save()
    Model.get("stock.package.type")(name="Box").save()


def make_user(company) -> None:
    user = Model.get("res.user")(name="Integration hub", login="hub", password=PASSWORD)
    user.companies.append(type(company)(company.id))
    user.company = type(company)(company.id)
    for group in Model.get("res.group").find([("name", "in", GROUPS)]):
        user.groups.append(group)
    user.save()


def main() -> None:
    make_countries()
    currency = make_currency("SEK", "Swedish krona", "1")
    make_currency("EUR", "Euro", "0.09")
    company = make_company(currency)
    accounts = make_accounts(company)
    settings = Model.get("sale.configuration")(1)
    settings.sale_invoice_method, settings.sale_shipment_method = "fulfillment", "order"
    settings.save()
    make_units()
    services = make_products(make_categories(accounts))
    make_shipping(services["FREIGHT-HOME"])
    Model.get("web.shop")(name="Norce", company=company, currency=currency).save()
    make_user(company)


main()
