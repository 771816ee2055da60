package catalogue

import (
	"context"
	"time"

	"frontline/crm/money"
	"frontline/internal/authority"
	"frontline/internal/fault"
	"frontline/internal/web"
)

type byID struct {
	ID int64 `path:"id" minimum:"1"`
}

type search struct {
	Words string `query:"q" maxLength:"200" doc:"Beginning of a name or number; empty lists all"`
	Limit int    `query:"limit" minimum:"1" maximum:"200" default:"50"`
}

// Whole is a product with its list prices.
type Whole struct {
	Product
	Prices []Price `json:"prices" doc:"The newest first"`
}

// Cost is an amount of money.
type Cost struct {
	Amount   string `json:"amount"`
	Currency string `json:"currency"`
}

// Routes adds suppliers, products and prices to the API.
func (c *Catalogue) Routes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/suppliers", ID: "list-suppliers", Tag: "catalogue", Summary: "Who makes or delivers what is sold"},
		func(ctx context.Context, by authority.Actor, in *search) (web.Page[Supplier], error) {
			found, err := c.Suppliers(ctx, by, in.Words, in.Limit)
			return web.Page[Supplier]{Items: found}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/suppliers", ID: "add-supplier", Tag: "catalogue", Summary: "A new supplier", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body SupplierFields }) (Made, error) {
			id, err := c.SaveSupplier(ctx, by, 0, in.Body)
			return Made{id}, err
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/suppliers/{id}", ID: "edit-supplier", Tag: "catalogue", Summary: "Change a supplier"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body SupplierFields
		},
		) (web.Empty, error) {
			_, err := c.SaveSupplier(ctx, by, in.ID, in.Body)
			return web.Empty{}, err
		})
	c.productRoutes(s)
	c.priceRoutes(s)
}

func (c *Catalogue) productRoutes(s *web.Server) {
	web.Query(s, web.Op{Method: "GET", Path: "/products", ID: "list-products", Tag: "catalogue", Summary: "What is sold and served"},
		func(ctx context.Context, by authority.Actor, in *search) (web.Page[Product], error) {
			found, err := c.Products(ctx, by, in.Words, in.Limit)
			return web.Page[Product]{Items: found}, err
		})
	web.Query(s, web.Op{Method: "GET", Path: "/products/{id}", ID: "get-product", Tag: "catalogue", Summary: "A product with its list prices"},
		func(ctx context.Context, by authority.Actor, in *byID) (Whole, error) {
			p, prices, err := c.Product(ctx, by, in.ID)
			return Whole{p, prices}, err
		})
	web.Command(s, web.Op{Method: "POST", Path: "/products", ID: "add-product", Tag: "catalogue", Summary: "A new product", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct{ Body ProductFields }) (Made, error) {
			id, err := c.SaveProduct(ctx, by, 0, in.Body)
			return Made{id}, err
		})
	web.Command(s, web.Op{Method: "PUT", Path: "/products/{id}", ID: "edit-product", Tag: "catalogue", Summary: "Change a product", Doc: "The whole of it is given: what is absent is emptied."},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body ProductFields
		},
		) (web.Empty, error) {
			_, err := c.SaveProduct(ctx, by, in.ID, in.Body)
			return web.Empty{}, err
		})
}

func (c *Catalogue) priceRoutes(s *web.Server) {
	web.Command(s, web.Op{Method: "POST", Path: "/products/{id}/prices", ID: "add-price", Tag: "catalogue", Summary: "What a product costs from a day on", Status: 201},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID   int64 `path:"id" minimum:"1"`
			Body PriceFields
		},
		) (Made, error) {
			id, err := c.SavePrice(ctx, by, in.ID, in.Body)
			return Made{id}, err
		})
	web.Command(s, web.Op{Method: "DELETE", Path: "/products/{id}/prices/{price}", ID: "drop-price", Tag: "catalogue", Summary: "Take a list price away"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID    int64 `path:"id" minimum:"1"`
			Price int64 `path:"price" minimum:"1"`
		},
		) (web.Empty, error) {
			return web.Empty{}, c.DropPrice(ctx, by, in.ID, in.Price)
		})
	web.Query(s, web.Op{Method: "GET", Path: "/products/{id}/price", ID: "get-price", Tag: "catalogue", Summary: "What a product costs by the list on a day"},
		func(ctx context.Context, by authority.Actor, in *struct {
			ID       int64  `path:"id" minimum:"1"`
			Currency string `query:"currency" required:"true" minLength:"3" maxLength:"3"`
			On       string `query:"on" required:"true" maxLength:"10" doc:"A day, such as 2005-02-23"`
		},
		) (Cost, error) {
			day, err := time.Parse(time.DateOnly, in.On)
			if err != nil {
				return Cost{}, fault.BadField("on", "bad_date").Because(err)
			}
			if _, err := money.Places(in.Currency); err != nil {
				return Cost{}, err
			}
			m, err := c.PriceOn(ctx, by, in.ID, in.Currency, day)
			if err != nil {
				return Cost{}, err
			}
			return Cost{money.Text(m), m.Currency}, nil
		})
}
