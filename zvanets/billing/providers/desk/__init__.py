"""ePay Billing: a cash desk of EasyPay takes money for a child's code; here ePay.bg asks and tells us."""
