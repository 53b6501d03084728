// Offers the ERP values that other mappings of the chosen kind have.
document.addEventListener("DOMContentLoaded", () => {
    const kind = document.getElementById("id_kind");
    const value = document.getElementById("id_erp_value");
    if (!kind || !value) return;
    const offer = () => value.setAttribute("list", `erp-values-${kind.value}`);
    kind.addEventListener("change", offer);
    offer();
});
