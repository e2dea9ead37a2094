"""ePay.bg: an order is sent there signed, its payment comes back signed, and an EasyPay code is asked for."""
