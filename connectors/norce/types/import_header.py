"""The X-StormConnect-Header of customer and company imports: which members the import may change."""

from __future__ import annotations

from connectors.norce.numbered import NumberedName


class CustomerField(NumberedName):
    """Members of a customer; SEARCH_ONLY_BY_CODE and PRESERVE_FLAGS are switches, not members."""

    APPLICATION_KEY = ("ApplicationKey", 0)
    ID = ("Id", 1)
    CODE = ("Code", 2)
    EMAIL_ADDRESS = ("EmailAddress", 3)
    SOCIAL_SECURITY_NUMBER = ("SocialSecurityNumber", 4)
    TITLE = ("Title", 5)
    FIRST_NAME = ("FirstName", 6)
    MIDDLE_NAME = ("MiddleName", 7)
    LAST_NAME = ("LastName", 8)
    PHONE_NUMBER = ("PhoneNumber", 9)
    CELL_PHONE_NUMBER = ("CellPhoneNumber", 10)
    IS_ACTIVE = ("IsActive", 11)
    INVOICE_ADDRESS = ("InvoiceAddress", 12)
    DELIVERY_ADDRESSES = ("DeliveryAddresses", 13)
    ACCOUNTS = ("Accounts", 14)
    ADDITIONAL_INFO = ("AdditionalInfo", 15)
    FLAGS = ("Flags", 16)
    PRICE_LISTS = ("PriceLists", 17)
    SEARCH_ONLY_BY_CODE = ("SearchOnlyByCode", 18)
    COMPANIES = ("Companies", 19)
    CRM_ID = ("CrmId", 20)
    PRESERVE_FLAGS = ("PreserveFlags", 21)


class CompanyField(NumberedName):
    """Members of a company; SEARCH_ONLY_BY_CODE and PRESERVE_FLAGS are switches, not members."""

    APPLICATION_KEY = ("ApplicationKey", 0)
    ID = ("Id", 1)
    CODE = ("Code", 2)
    ORGANIZATION_NO = ("OrganizationNo", 3)
    NAME = ("Name", 4)
    EMAIL_ADDRESS = ("EmailAddress", 5)
    PHONE_NUMBER = ("PhoneNumber", 6)
    LOGO_IMAGE = ("LogoImage", 7)
    PARENT_COMPANY_CODE = ("ParentCompanyCode", 8)
    IS_ACTIVE = ("IsActive", 9)
    INVOICE_ADDRESS = ("InvoiceAddress", 10)
    DELIVERY_ADDRESSES = ("DeliveryAddresses", 11)
    ADDITIONAL_INFO = ("AdditionalInfo", 12)
    CONTACTS = ("Contacts", 13)
    CUSTOMERS = ("Customers", 14)
    DELIVERY_METHODS = ("DeliveryMethods", 15)
    DISCOUNTS = ("Discounts", 16)
    FLAGS = ("Flags", 17)
    PAYMENT_METHODS = ("PaymentMethods", 18)
    PRICE_LISTS = ("PriceLists", 19)
    SEARCH_ONLY_BY_CODE = ("SearchOnlyByCode", 20)
    VAT_NO = ("VatNo", 21)
    PRESERVE_FLAGS = ("PreserveFlags", 22)


class AccountField(NumberedName):
    """Members of an account; those CREATE_ONLY count only when the import creates it."""

    PASSWORD_CREATE_ONLY = ("PasswordCreateOnly", 0)
    STATUS = ("Status", 1)
    STATUS_CREATE_ONLY = ("StatusCreateOnly", 2)
    ROLES = ("Roles", 3)
    ROLES_CREATE_ONLY = ("RolesCreateOnly", 4)
